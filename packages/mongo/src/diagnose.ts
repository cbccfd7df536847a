import type { Collection, Db } from 'mongodb'
import { told } from './connection'
import type { Upkeep } from './migrate'
import { serverCode } from './mongo-failure'
import { whyNoChangeStreams } from './subscriptions'

const NAMESPACE_NOT_FOUND = 26

/** What of the server's set-up endangers records, or was asked for and cannot be had; one sentence each. */
export async function diagnose<Kept extends { _id: string }>(
  db: Db,
  collection: Collection<Kept>,
  { field }: Upkeep,
  changeStreams: boolean,
): Promise<readonly string[]> {
  const name = collection.collectionName
  const hello = await told('read its settings', () => db.command({ hello: 1 }, { readPreference: 'primary' }))
  const warnings: string[] = []
  if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') {
    warnings.push(
      'MongoDB is a single server, no replica set: when its disk is lost, so are all records, and what was forgotten runs again',
    )
  }
  const indexes = await collection.indexes().catch((error: unknown) => {
    if (serverCode(error) === NAMESPACE_NOT_FOUND) return []
    throw error
  })
  const isUpkept = indexes.some(
    ({ key, expireAfterSeconds }) => field in key && expireAfterSeconds !== undefined,
  )
  if (!isUpkept) {
    warnings.push(`nothing removes what is past its keeping from ${name}: call migrate()`)
  }
  const [info] = await db.listCollections({ name }, { nameOnly: false }).toArray()
  if (info !== undefined && 'options' in info && info.options?.['collation'] !== undefined) {
    warnings.push(
      `the collection ${name} has a collation, by which it may take two keys for one: use one that has none`,
    )
  }
  const reason = changeStreams ? await whyNoChangeStreams(collection) : undefined
  if (reason !== undefined) {
    warnings.push(`there are no change streams, and whoever waits polls: ${reason}`)
  }
  return warnings
}
