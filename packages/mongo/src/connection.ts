import type { Collection, Db, WriteConcern } from 'mongodb'
import { isDuplicate, mongoFailure } from './mongo-failure'
import type { Place } from './options'
import { type Limited, withinLimit } from './within-limit'

/**
 * The collection as a store uses it, whatever the user's client has for defaults. What is acknowledged is on the disks of a
 * majority, and what is read is what a majority has: neither can be rolled back.
 */
export function collectionOf<Kept extends { _id: string }>(db: Db, place: Place): Collection<Kept> {
  return db.collection<Kept>(place.collection, {
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: writeConcern(place),
    // How documents are read is for this package to know.
    ...{ raw: false, promoteValues: true, promoteLongs: true, useBigInt64: false, fieldsAsRaw: {} },
  })
}

export function writeConcern({ wtimeoutMs }: Place): WriteConcern {
  return { w: 'majority', journal: true, wtimeoutMS: wtimeoutMs } as WriteConcern
}

/** What `run` gives, or its failure as the contract has it. @throws StoreError */
export async function told<Result>(call: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw mongoFailure(call, error)
  }
}

/** Likewise, of commands that are to be answered in time: `run` hands the driver what limits them. @throws StoreError */
export function ask<Result>(
  call: string,
  place: Place,
  run: (limited: Limited) => Promise<Result>,
): Promise<Result> {
  return told(call, () => withinLimit(place, run))
}

/** How often an upsert is sent in all that runs into others who insert the document at the same time. */
const SENDS = 10

/**
 * Likewise, for an upsert: where somebody else was quicker to insert, the document is there the next time. (Not in a
 * transaction, which any failure ends.)
 */
export async function upsert<Result>(
  call: string,
  place: Place,
  run: (limited: Limited) => Promise<Result>,
  sends = SENDS,
): Promise<Result> {
  for (let sent = 1; ; sent++) {
    try {
      return await withinLimit(place, run)
    } catch (error) {
      if (sent === sends || !isDuplicate(error)) throw mongoFailure(call, error)
    }
  }
}
