import { MongoStore } from '@idem/mongo'
import type { Db } from 'mongodb'
import type { OpenedStore } from '../work/idem'
import { openClient } from './open-client'
import type { MongoPlace } from './server'

export interface OpenedMongoStore extends OpenedStore {
  readonly store: MongoStore
  readonly db: Db
}

/** As a service would have it: waiters are woken by a change stream, where the server has one. */
export async function openMongoStore({ url }: MongoPlace): Promise<OpenedMongoStore> {
  const client = openClient(url)
  await client.connect()
  const db = client.db()
  return { store: new MongoStore(db, { changeStreams: true }), db, close: () => client.close() }
}
