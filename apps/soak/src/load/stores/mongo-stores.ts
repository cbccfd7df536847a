import { Idem } from '@idem/core'
import { MongoLockStore, MongoStore } from '@idem/mongo'
import { MongoClient } from 'mongodb'
import type { Ledger, OpenedStores } from './opened-stores'

/** As a service would have it: waiters are woken by a change stream, where the server has one. */
export async function openMongoStores(url: string): Promise<OpenedStores> {
  const [one, other] = await Promise.all([open(url), open(url)])
  await one.store.migrate()
  await one.locks.migrate()
  const ledger = one.client.db().collection<{ key: string }>('ledger')
  // Made before anybody writes into it: not every server makes one within a transaction.
  await ledger.createIndex({ key: 1 })
  const both = [one, other] as const
  return {
    stores: [one.store, other.store],
    locks: [one.locks, other.locks],
    openLedger(settings): Ledger {
      const idems = [
        new Idem({ ...settings, store: one.store }),
        new Idem({ ...settings, store: other.store }),
      ] as const
      return {
        transact: (by, key, body) =>
          idems[by].transaction(key, ({ tx }) =>
            body(async () => {
              await both[by].client
                .db()
                .collection<{ key: string }>('ledger')
                .insertOne({ key }, { session: tx })
            }),
          ),
        take: async (key) => (await ledger.deleteMany({ key })).deletedCount,
      }
    },
    listeners: () => 0,
    // A server that others use, too, does not tell whose its connections are.
    look: () => ({ connections: one.connections() + other.connections() }),
    // The server does so by itself.
    async sweep() {},
    async close() {
      await Promise.all(both.map(({ client }) => client.close()))
    },
  }
}

async function open(url: string) {
  // Without a limit to idleness, connections that were made while the server stood still would stay for ever.
  const client = new MongoClient(url, { maxPoolSize: 64, maxIdleTimeMS: 30_000 })
  let connections = 0
  client.on('connectionCreated', () => connections++)
  client.on('connectionClosed', () => connections--)
  await client.connect()
  const db = client.db()
  return {
    client,
    connections: () => connections,
    store: new MongoStore(db, { changeStreams: true }),
    locks: new MongoLockStore(db, { changeStreams: true }),
  }
}
