import { type Duration, milliseconds } from '@idem/core'
import { check, onlyKnown } from './check'
import { type ReadyKey, readyKey, type TokenKey } from './token-key'

interface CommonOptions {
  /** How long a token is good for, in whole seconds. @defaultValue `'15m'` */
  readonly ttl?: Duration | undefined
  /** How far the clocks of those who issue and verify may be apart. @defaultValue `'5s'` */
  readonly clockTolerance?: Duration | undefined
  /** Milliseconds since 1970. @defaultValue the system's clock */
  readonly now?: (() => number) | undefined
}

/** One secret, or any number of keys. */
export type TokenIssuerOptions = CommonOptions &
  (
    | {
        /** At least 32 random bytes; a text counts as UTF-8. The same as one key with the id `'1'`. */
        readonly secret: string | Uint8Array
        readonly keys?: undefined
      }
    | {
        /** The first one signs, all of them verify. */
        readonly keys: readonly [TokenKey, ...TokenKey[]]
        readonly secret?: undefined
      }
  )

/** The options complete and checked. */
export interface TokenSettings {
  readonly keys: ReadonlyMap<string, ReadyKey>
  readonly signer: ReadyKey
  readonly ttlMs: number
  readonly toleranceMs: number
  readonly now: () => number
}

/** @throws TypeError that names the option that is wrong or unknown, and what it takes */
export function resolveOptions(options: TokenIssuerOptions): TokenSettings {
  onlyKnown('options', options, ['secret', 'keys', 'ttl', 'clockTolerance', 'now'])
  const { secret, ttl = '15m', clockTolerance = '5s', now = Date.now } = options
  const isEither = (secret === undefined) !== (options.keys === undefined)
  check('options', options, isEither, 'given a secret, or keys')
  const given = options.keys ?? [{ id: '1', secret: secret as string | Uint8Array }]
  check('keys', given, Array.isArray(given) && given.length > 0, 'a list of at least one key')
  check('now', now, typeof now === 'function', 'a function')
  const ready = given.map((key, at) => readyKey(secret === undefined ? `keys[${at}]` : 'options', key))
  const keys = new Map(ready.map((key) => [key.id, key]))
  check('keys', given, keys.size === ready.length, 'keys of which no two have the same id')
  return {
    keys,
    signer: ready[0] as ReadyKey,
    ttlMs: milliseconds('ttl', ttl, { min: 1000 }),
    toleranceMs: milliseconds('clockTolerance', clockTolerance, { min: 0 }),
    now,
  }
}
