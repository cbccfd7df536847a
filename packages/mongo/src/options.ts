import type { Db } from 'mongodb'

export interface MongoStoreOptions {
  /** Where they are kept. @defaultValue `'idem.records'` or `'idem.locks'` */
  readonly collection?: string | undefined
  /**
   * Whether whoever waits is woken by a change stream, one for all waiters of this store, open while somebody waits. Without
   * it, or where the server has none, waiting is polling. @defaultValue false
   */
  readonly changeStreams?: boolean | undefined
  /**
   * How long, in milliseconds, a write waits for a majority of the replica set to have it. Then the call rejects, though it
   * may have taken effect. @defaultValue 5000
   */
  readonly wtimeoutMs?: number | undefined
}

export type MongoLockStoreOptions = MongoStoreOptions

/** Checked, and complete. */
export interface Place {
  readonly collection: string
  readonly changeStreams: boolean
  readonly wtimeoutMs: number
}

const KNOWN: readonly string[] = ['collection', 'changeStreams', 'wtimeoutMs']

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveOptions(db: Db, options: MongoStoreOptions, defaultCollection: string): Place {
  if (typeof db?.collection !== 'function' || typeof db.client?.startSession !== 'function') {
    throw new TypeError(`db must be a Db of the mongodb driver; got ${shown(db)}`)
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object; got ${shown(options)}`)
  }
  for (const option in options) {
    if (KNOWN.includes(option)) continue
    throw new TypeError(`${option} is no option here; there are ${KNOWN.join(', ')}`)
  }
  const { collection = defaultCollection, changeStreams = false, wtimeoutMs = 5000 } = options
  if (typeof collection !== 'string' || !/^(?!\.|system\.)[^$\0]+(?<!\.)$/.test(collection)) {
    throw new TypeError(`collection must be a name that the server allows; got ${shown(collection)}`)
  }
  if (typeof changeStreams !== 'boolean') {
    throw new TypeError(`changeStreams must be true or false; got ${shown(changeStreams)}`)
  }
  if (!Number.isSafeInteger(wtimeoutMs) || wtimeoutMs < 1) {
    throw new TypeError(`wtimeoutMs must be a whole number of milliseconds above 0; got ${shown(wtimeoutMs)}`)
  }
  return { collection, changeStreams, wtimeoutMs }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name}`
    : String(value)
}
