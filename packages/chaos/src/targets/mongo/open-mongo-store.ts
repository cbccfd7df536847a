import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '@idem/core'
import { MongoStore } from '@idem/mongo'
import { type MongoClient, MongoError } from 'mongodb'
import type { OpenedStore } from '../../worker/run-worker'
import { openClient } from './open-client'

const TRY_AGAIN_MS = 50

export interface OpenedMongoStore extends OpenedStore {
  readonly store: MongoStore
  readonly client: MongoClient
}

/** The store on a client of its own, its indexes made. Every second process hears of changes, if it can; the others poll. */
export async function openMongoStore(url: string, place: number): Promise<OpenedMongoStore> {
  const client = openClient(url)
  const store = new MongoStore(client.db(), { changeStreams: place % 2 === 0 })
  await whenThere(() => client.connect())
  await whenThere(() => store.migrate())
  return { store, client, close: () => client.close() }
}

/** A process may be started while the server is away. */
async function whenThere(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof MongoError)) throw error
      await sleep(TRY_AGAIN_MS)
    }
  }
}
