import { statfs } from 'node:fs/promises'
import { MongoStore } from '@idem/mongo'
import type { Collection, Db } from 'mongodb'
import { isHere } from '../is-here'
import { type MongoServer, openMongo } from '../mongo/server'
import { type Filling, type GrownStore, grownKey, settleOne } from './grown-store'
import type { Ground } from './growth'

/** How many documents one command inserts. */
const DOCUMENTS = 5000

interface Kept {
  readonly _id: string
}

/** Not everybody may ask for everything, and not every server can do it: Unauthorized, CommandNotFound. */
const REFUSALS: readonly unknown[] = [13, 59]

/** Two collections in one database. */
export async function mongoGround(): Promise<Ground> {
  const server = await openMongo()
  try {
    return {
      server: server.description,
      mark: server.keys.mark,
      grown: await grownCollection(server, 'grown'),
      small: await grownCollection(server, 'small'),
      close: server.close,
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

async function grownCollection({ url, db, keys: { mark } }: MongoServer, name: string): Promise<GrownStore> {
  const store = new MongoStore(db, { collection: name })
  await store.migrate()
  const records = db.collection<Kept>(name)
  return {
    store,
    async fill(from, to, filling) {
      // All are copies of one that the store itself has made.
      if (from === 0) await settleOne(store, grownKey(mark, 0))
      await copy(records, mark, Math.max(from, 1), to, filling)
    },
    async settle() {
      // What the filling has left to be written would be written while calls are measured.
      await db.admin().command({ fsync: 1 }).catch(orRefused)
    },
    async forget(keys) {
      await records.deleteMany({ _id: { $in: [...keys] } })
    },
    async space() {
      const [sizes] = await records
        .aggregate<{ totalSize: number }>([
          { $collStats: { storageStats: {} } },
          { $project: { totalSize: '$storageStats.totalSize' } },
        ])
        .toArray()
      return { taken: sizes?.totalSize ?? Number.NaN, free: await freeBytes(url, db) }
    },
  }
}

async function copy(
  records: Collection<Kept>,
  mark: string,
  from: number,
  to: number,
  { signal, filled }: Filling,
): Promise<void> {
  // Its numbers stay of the kind that they are.
  const one = await records.findOne({ _id: grownKey(mark, 0) }, { promoteValues: false })
  if (one === null) throw new Error('there is no record to be copied')
  for (let first = from; first < to; first += DOCUMENTS) {
    signal.throwIfAborted()
    const end = Math.min(first + DOCUMENTS, to)
    const copies = Array.from({ length: end - first }, (_, index) => ({
      ...one,
      _id: grownKey(mark, first + index),
    }))
    await records.insertMany(copies, { ordered: false })
    filled(end)
  }
}

/** As the server says; or what the disk has on which a server on this machine has its files, or most probably has them. */
async function freeBytes(url: string, db: Db): Promise<number | undefined> {
  const { fsTotalSize, fsUsedSize } = await db.stats()
  if (typeof fsTotalSize === 'number' && typeof fsUsedSize === 'number') return fsTotalSize - fsUsedSize
  if (!isHere(url)) return undefined
  const { bavail, bsize } = await statfs('/')
  return bavail * bsize
}

function orRefused(error: { readonly code?: unknown }): void {
  if (!REFUSALS.includes(error.code)) throw error
}
