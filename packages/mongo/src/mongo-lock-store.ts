import type { LockHolder, LockOutcome, LockRequest, LockStore } from '@idem/core'
import type { Collection, Db } from 'mongodb'
import { ask, collectionOf, upsert } from './connection'
import { after, left } from './durations'
import { escapeText } from './escaped-text'
import { isAhead, isPast, literal, NEXT_FENCE, NOW, orAsItIs } from './expressions'
import { LOCK_UPKEEP, migrate } from './migrate'
import { type MongoLockStoreOptions, type Place, resolveOptions } from './options'
import { atMost } from './patience'
import { Subscriptions } from './subscriptions'

/** A lock as it is kept, one document a name; also when nobody holds it, for the sake of its fence. */
interface LockDocument {
  readonly _id: string
  readonly owner: string | null
  readonly fence: number
  readonly heldUntil: Date
}

type SeenLock = LockDocument & { readonly now: Date }

const SEEN_LOCK = { owner: 1, fence: 1, heldUntil: 1, now: NOW } as const
const ACQUIRING = { upsert: true, returnDocument: 'after', projection: SEEN_LOCK } as const
const IS_HELD = isAhead('$heldUntil')

/**
 * Keeps locks in MongoDB 5.0 or later, one document a name, on the server's clock: what a `Mutex` needs to exclude other
 * processes. What is left of a lock goes an hour after nobody held it any more.
 *
 * @example
 * const locks = new MongoLockStore(client.db('shop'))
 * await locks.migrate()
 * const mutex = new Mutex({ store: locks })
 */
export class MongoLockStore implements LockStore {
  readonly #locks: Collection<LockDocument>
  readonly #place: Place

  /** There if `changeStreams` were asked for: see {@link LockStore.watch}. Where the server has none, it says that it is deaf. */
  readonly watch: LockStore['watch']

  /** @throws TypeError if it is no `Db`, or an option is wrong or unknown */
  constructor(db: Db, options: MongoLockStoreOptions = {}) {
    const place = resolveOptions(db, options, 'idem.locks')
    this.#place = place
    this.#locks = collectionOf<LockDocument>(db, place)
    if (place.changeStreams) {
      const subscriptions = new Subscriptions(this.#locks, {
        'updateDescription.updatedFields.owner': { $exists: true },
      })
      this.watch = (name, onChange, signal) => subscriptions.add(name, onChange, signal)
    }
  }

  /** Makes the index by which the server removes what is left of locks; any number of processes may do so at once. */
  migrate(): Promise<void> {
    return migrate(this.#locks, LOCK_UPKEEP)
  }

  async acquire({ name, owner, ttlMs }: LockRequest): Promise<LockOutcome> {
    const own = escapeText(owner)
    const heldUntil = ttl(ttlMs)
    const taken = { _id: '$_id', owner: literal(own), fence: NEXT_FENCE, heldUntil }
    const isOwn = { $eq: ['$owner', literal(own)] }
    const renewed = { $mergeObjects: ['$$ROOT', { heldUntil }] }
    const update = [{ $replaceWith: orAsItIs([isPast('$heldUntil'), taken], [isOwn, renewed]) }]
    const filter = { _id: escapeText(name) }
    const lock = await upsert('acquire a lock', this.#place, (limited) =>
      this.#locks.findOneAndUpdate(filter, update, { ...ACQUIRING, ...atMost(this.#place), ...limited }),
    )
    const { owner: holder, fence, heldUntil: until, now } = lock as unknown as SeenLock
    if (holder === own) return { acquired: true, fence, now: now.getTime() }
    return { acquired: false, ttlMs: left(until, now) }
  }

  async extend({ name, owner, ttlMs }: LockRequest): Promise<boolean> {
    const heldUntil = ttl(ttlMs)
    const update = [{ $set: { heldUntil } }]
    const { matchedCount } = await ask('extend a lock', this.#place, (limited) =>
      this.#locks.updateOne(held(name, owner), update, { ...atMost(this.#place), ...limited }),
    )
    return matchedCount > 0
  }

  async release({ name, owner }: LockHolder): Promise<boolean> {
    const update = [{ $set: { owner: null, heldUntil: NOW } }]
    const { matchedCount } = await ask('release a lock', this.#place, (limited) =>
      this.#locks.updateOne(held(name, owner), update, { ...atMost(this.#place), ...limited }),
    )
    return matchedCount > 0
  }

  async isHeld(name: string, owner?: string): Promise<boolean> {
    const found = await ask('look at a lock', this.#place, (limited) =>
      this.#locks.findOne(held(name, owner), { projection: { _id: 1 }, ...limited }),
    )
    return found !== null
  }
}

function held(name: string, owner: string | undefined) {
  return {
    _id: escapeText(name),
    ...(owner !== undefined && { owner: escapeText(owner) }),
    $expr: IS_HELD,
  }
}

/** What is no duration is refused before it grants anything; a lock without end would be nobody's to take over. */
function ttl(ms: number): unknown {
  if (ms > 0 && ms < Infinity) return after(ms)
  throw new TypeError(`ttlMs must be a number of milliseconds above 0; got ${ms}`)
}
