import type { Codec } from '../codec/codec'
import { taggedJson } from '../codec/tagged-json'
import { type Duration, milliseconds, shown } from './duration'
import type { AttemptOptions, CallOptions, ErrorCodec, Reconcile } from './options'
import { wholeNumber } from './whole-number'

/** The options of an operation as the engine sees them: checked, complete, in milliseconds. */
export interface Settings {
  readonly retentionMs: number
  readonly tombstoneMs: number
  readonly leaseMs: number
  readonly maxRunTimeMs: number
  readonly waitTimeoutMs: number
  readonly settleTimeoutMs: number
  readonly storeTimeoutMs: number
  readonly onInProgress: 'wait' | 'reject'
  readonly isRetryable: (error: unknown, attempt: number) => boolean
  readonly maxAttempts: number
  readonly onAbandoned: 'rerun' | 'reject' | Reconcile
  readonly onStoreDown: 'throw' | 'run'
  readonly codec: Codec
  readonly errorCodec: ErrorCodec
  readonly maxResultBytes: number
}

export const DEFAULTS: Settings = {
  retentionMs: 86_400_000,
  tombstoneMs: 0,
  leaseMs: 30_000,
  maxRunTimeMs: 3_600_000,
  waitTimeoutMs: 30_000,
  settleTimeoutMs: 5_000,
  storeTimeoutMs: 2_000,
  onInProgress: 'wait',
  isRetryable: () => true,
  maxAttempts: Number.POSITIVE_INFINITY,
  onAbandoned: 'rerun',
  onStoreDown: 'throw',
  codec: taggedJson,
  errorCodec: {},
  maxResultBytes: 1_048_576,
}

type Check = (option: string, value: never) => Partial<Settings>

const unlimited = { unlimited: true }

/** What each option may be, and the setting that it becomes. */
const CHECKS: Record<keyof AttemptOptions, Check> = {
  retention: (option, value: Duration) => ({ retentionMs: milliseconds(option, value, unlimited) }),
  tombstone: (option, value: Duration) => ({ tombstoneMs: milliseconds(option, value, { min: 0, ...unlimited }) }),
  lease: (option, value: Duration) => ({ leaseMs: milliseconds(option, value) }),
  maxRunTime: (option, value: Duration) => ({ maxRunTimeMs: milliseconds(option, value, unlimited) }),
  waitTimeout: (option, value: Duration) => ({ waitTimeoutMs: milliseconds(option, value, { min: 0, ...unlimited }) }),
  settleTimeout: (option, value: Duration) => ({ settleTimeoutMs: milliseconds(option, value) }),
  storeTimeout: (option, value: Duration) => ({ storeTimeoutMs: milliseconds(option, value) }),
  onInProgress: (option, value) => ({ onInProgress: oneOf(option, value, ['wait', 'reject']) }),
  isRetryable: (option, value) => ({ isRetryable: aFunction(option, value) }),
  maxAttempts: (option, value) => ({ maxAttempts: wholeNumber(option, value, unlimited) }),
  onAbandoned: (option, value: 'rerun' | 'reject' | Reconcile) => ({
    onAbandoned: typeof value === 'function' ? value : oneOf<'rerun' | 'reject'>(option, value, ['rerun', 'reject'], 'a function'),
  }),
  onStoreDown: (option, value) => ({ onStoreDown: oneOf(option, value, ['throw', 'run']) }),
  codec: (option, value) => ({ codec: withMethods(option, value, ['encode', 'decode']) }),
  errorCodec: (option, value) => ({ errorCodec: withMethods(option, value, [], ['encode', 'decode']) }),
  maxResultBytes: (option, value) => ({ maxResultBytes: wholeNumber(option, value, unlimited) }),
}

/** What belongs to one call and is no setting. */
const OF_A_CALL: Record<keyof CallOptions, true> = { name: true, scope: true, fingerprint: true, signal: true }

/**
 * The settings of an operation or call: what it says, over what was said before.
 *
 * @param others - further options that are somebody else's to check
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 */
export function resolveSettings(
  options: AttemptOptions,
  base: Settings,
  others: Readonly<Record<string, true>> = OF_A_CALL,
): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object; got ${shown(options)}`)
  }
  let settings = base
  for (const option in options) {
    const value: unknown = options[option as keyof AttemptOptions]
    if (value === undefined || Object.hasOwn(others, option)) continue
    if (!Object.hasOwn(CHECKS, option)) {
      throw new TypeError(
        `${option} is no option here; there are ${[...Object.keys(CHECKS), ...Object.keys(others)].join(', ')}`,
      )
    }
    settings = { ...settings, ...CHECKS[option as keyof AttemptOptions](option, value as never) }
  }
  return settings
}

export function oneOf<T extends string>(option: string, value: T, allowed: readonly T[], or?: string): T {
  if (allowed.includes(value)) return value
  const words = allowed.map((word) => `'${word}'`)
  throw new TypeError(`${option} must be ${[...words, ...(or ? [or] : [])].join(' or ')}; got ${shown(value)}`)
}

export function aFunction<T>(option: string, value: T): T {
  if (typeof value === 'function') return value
  throw new TypeError(`${option} must be a function; got ${shown(value)}`)
}

/** An object that has these methods; of `optional` ones it may lack any. */
export function withMethods<T>(
  option: string,
  value: T,
  required: readonly string[],
  optional: readonly string[] = [],
): T {
  const methods = value as Record<string, unknown> | null
  const fits =
    typeof value === 'object' &&
    required.every((name) => typeof methods?.[name] === 'function') &&
    optional.every((name) => ['function', 'undefined'].includes(typeof methods?.[name]))
  if (fits && value !== null) return value
  throw new TypeError(
    `${option} must be an object with ${[...required, ...optional].map((name) => `${name}()`).join(', ')}; ` +
      `got ${shown(value)}`,
  )
}
