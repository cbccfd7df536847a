import type { LockStore } from '../contracts/lock-store'
import { type Duration, type DurationBounds, milliseconds, shown } from '../options/duration'
import { encodeKey } from '../options/key'
import { onlyKnown } from '../options/only-known'
import { withMethods } from '../options/settings'
import { type Runtime, systemRuntime } from '../runtime'

export interface TryAcquireOptions {
  /**
   * How long the lock outlives a silent holder; renewed at a third of it while the lock is held. At least 10 ms.
   * @defaultValue `'10s'`
   */
  readonly ttl?: Duration | undefined
}

export interface AcquireOptions extends TryAcquireOptions {
  /** How long to wait for the lock before `LockNotAcquiredError`; 0 to look once. @defaultValue `'3s'` */
  readonly wait?: Duration | undefined
  /** Lets the caller leave while it waits. What it does with a lock that it got is not touched. */
  readonly signal?: AbortSignal | undefined
}

export interface MutexOptions extends Omit<AcquireOptions, 'signal'> {
  /** Where locks are kept. */
  readonly store: LockStore
  /** First part of every lock's name in the store, 1 to 64 characters. @defaultValue `'idem'` */
  readonly namespace?: string | undefined
  /** How long one call to the store may take before it counts as failed. @defaultValue `'2s'` */
  readonly storeTimeout?: Duration | undefined
  /** Time and chance, for tests. @defaultValue the system's clock, timers and randomness */
  readonly runtime?: Runtime | undefined
}

/** What an acquisition goes by: checked, complete, in milliseconds. */
export interface LockSettings {
  readonly ttlMs: number
  readonly waitMs: number
  readonly signal?: AbortSignal | undefined
}

/** Where a mutex keeps its locks, and how it gets there. */
export interface LockPlace {
  readonly store: LockStore
  readonly namespace: string
  readonly runtime: Runtime
  readonly storeTimeoutMs: number
}

const DEFAULTS: LockSettings = { ttlMs: 10_000, waitMs: 3_000 }
const WAIT_BOUNDS: DurationBounds = { min: 0, unlimited: true }

/** Below this, timers and clocks that count whole milliseconds cannot tell a held lock from a lost one. */
const SHORTEST_TTL_MS = 10

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveMutexOptions(options: MutexOptions): { place: LockPlace; settings: LockSettings } {
  const known = onlyKnown(options, ['store', 'namespace', 'ttl', 'wait', 'storeTimeout', 'runtime'])
  const { store, namespace = 'idem', storeTimeout = '2s', runtime = systemRuntime } = known
  const place: LockPlace = {
    store: aLockStore('store', store),
    namespace: aNamespace(namespace),
    runtime: withMethods('runtime', runtime, ['now', 'schedule', 'random', 'token']),
    storeTimeoutMs: milliseconds('storeTimeout', storeTimeout),
  }
  return { place, settings: { ...DEFAULTS, ...durations(known) } }
}

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveAcquireOptions(options: AcquireOptions, base: LockSettings): LockSettings {
  const known = onlyKnown(options, ['ttl', 'wait', 'signal'])
  return { ...base, ...durations(known), signal: aSignal(known.signal) }
}

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveTryAcquireOptions(options: TryAcquireOptions, base: LockSettings): LockSettings {
  return { ...base, ...durations(onlyKnown(options, ['ttl'])), waitMs: 0 }
}

/** @throws TypeError if it is no duration that a lock can have */
export function lockTtl(ttl: Duration): number {
  return milliseconds('ttl', ttl, { min: SHORTEST_TTL_MS })
}

export function aLockStore(option: string, store: LockStore): LockStore {
  return withMethods(option, store, ['acquire', 'extend', 'release', 'isHeld'], ['watch'])
}

function durations({ ttl, wait }: Pick<AcquireOptions, 'ttl' | 'wait'>): Partial<LockSettings> {
  return {
    ...(ttl !== undefined && { ttlMs: lockTtl(ttl) }),
    ...(wait !== undefined && { waitMs: milliseconds('wait', wait, WAIT_BOUNDS) }),
  }
}

function aNamespace(namespace: string): string {
  if (typeof namespace !== 'string' || namespace.length < 1 || namespace.length > 64) {
    throw new TypeError(`namespace must be a text of 1 to 64 characters; got ${shown(namespace)}`)
  }
  try {
    return encodeKey('namespace', namespace)
  } catch (error) {
    throw new TypeError((error as Error).message)
  }
}

/** By what it does, not by its class: a signal may come from another realm. */
function aSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal))
    return signal
  throw new TypeError(`signal must be an AbortSignal; got ${shown(signal)}`)
}
