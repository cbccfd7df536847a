import type { Codec } from '../codec/codec'
import { taggedJson } from '../codec/tagged-json'
import { type Duration, milliseconds, shown } from './duration'
import { onlyKnown } from './only-known'
import type { AttemptOptions, CallOptions, ErrorCodec, OperationOptions, Reconcile } from './options'
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

/** Gives the value of an option as a setting. @throws TypeError that names the option */
type Check = (option: string, value: never) => unknown

const duration =
  (min: number, unlimited = true): Check =>
  (option, value: Duration) =>
    milliseconds(option, value, { min, unlimited })

const count: Check = (option, value: number) => wholeNumber(option, value, true)

const choice =
  (...words: string[]): Check =>
  (option, value) =>
    oneOf(option, value, words)

/** The names of options that come in kinds, waiting or not: those that any kind has. */
type NameOf<Options> = Options extends unknown ? keyof Options : never

/** What each option may be; a duration becomes the setting with `Ms` behind its name. */
const OPERATION: Record<NameOf<OperationOptions>, Check> = {
  retention: duration(1),
  tombstone: duration(0),
  waitTimeout: duration(0),
  onInProgress: choice('wait', 'reject'),
  isRetryable: aFunction,
  codec: (option, value) => withMethods(option, value, ['encode', 'decode'], ['seal']),
  errorCodec: (option, value) => withMethods(option, value, [], ['encode', 'decode']),
  maxResultBytes: count,
}

const ATTEMPT: Record<NameOf<AttemptOptions>, Check> = {
  ...OPERATION,
  lease: duration(1, false),
  maxRunTime: duration(1),
  settleTimeout: duration(1, false),
  storeTimeout: duration(1, false),
  maxAttempts: count,
  onAbandoned: (option, value) =>
    typeof value === 'function' ? value : oneOf(option, value, ['rerun', 'reject'], ' or a function'),
  onStoreDown: choice('throw', 'run'),
}

/** What belongs to one call and is no setting. */
const OF_A_CALL: readonly (keyof CallOptions)[] = ['name', 'scope', 'fingerprint', 'signal']

export const OF_AN_ATTEMPT: readonly string[] = Object.keys(ATTEMPT)
const OF_A_RUN = [...OF_AN_ATTEMPT, ...OF_A_CALL]
export const OF_A_TRANSACTION: readonly string[] = [...Object.keys(OPERATION), ...OF_A_CALL, 'tx']

/**
 * The settings of an operation or call: what it says, over what was said before.
 *
 * @param known - the options there are; those that are no settings are somebody else's to check
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 */
export function resolveSettings(
  options: AttemptOptions,
  base: Settings,
  known: readonly string[] = OF_A_RUN,
): Settings {
  let settings = base
  const given = onlyKnown(options, known) as Record<string, never>
  for (const option in given) {
    const value = given[option]
    if (value === undefined || !(option in ATTEMPT)) continue
    // Copied once, by the first: this is done for every call.
    if (settings === base) settings = { ...base }
    const ms = `${option}Ms`
    const setting = (ms in base ? ms : option) as never
    settings[setting] = ATTEMPT[option as NameOf<AttemptOptions>](option, value) as never
  }
  const { codec } = settings
  if (codec.seal && codec !== base.codec && !known.includes('store')) {
    throw new TypeError('codec must be given to new Idem() if it encrypts')
  }
  return settings
}

export function oneOf<T>(option: string, value: T, allowed: readonly T[], or = ''): T {
  return allowed.includes(value)
    ? value
    : fail(option, allowed.map((word) => `'${word}'`).join(' or ') + or, value)
}

export function aFunction<T>(option: string, value: T): T {
  return typeof value === 'function' ? value : fail(option, 'a function', value)
}

/** What a store must be able to do. */
export const STORE_METHODS = 'claim extend complete fail release saveStep resolve get delete list'.split(' ')

/** An object that has these methods; of `optional` ones it may lack any. */
export function withMethods<T>(
  option: string,
  value: T,
  required: readonly string[],
  optional: readonly string[] = [],
): T {
  const type = (name: string) => typeof (value as Record<string, unknown>)[name]
  const fits =
    typeof value === 'object' &&
    value !== null &&
    required.every((name) => type(name) === 'function') &&
    optional.every((name) => /^(function|undefined)$/.test(type(name)))
  return fits
    ? value
    : fail(option, `an object with the methods ${[...required, ...optional].join(', ')}`, value)
}

function fail(option: string, expected: string, got: unknown): never {
  throw new TypeError(`${option} must be ${expected}; got ${shown(got)}`)
}
