import type { LockStore } from '../contracts/lock-store'
import { aLockStore, lockTtl } from '../mutex/options'
import { type Duration, milliseconds } from '../options/duration'
import { onlyKnown } from '../options/only-known'
import { withMethods } from '../options/settings'
import { type Runtime, systemRuntime } from '../runtime'
import type { Repository } from './repository'

export interface ComposeOptions {
  /** Where the records are kept. */
  readonly repository: Repository
  /** Where the locks are kept, and whose clock judges leases and retention. */
  readonly lock: LockStore
  /** How long a transition may hold a record's lock: a crash in the middle of one delays others for as long. @defaultValue `'2s'` */
  readonly ttl?: Duration | undefined
  /** How long a transition waits for the lock before it fails. @defaultValue `'1500ms'` */
  readonly wait?: Duration | undefined
  /** Time and chance, for tests. @defaultValue the system's clock, timers and randomness */
  readonly runtime?: Runtime | undefined
}

export interface ComposeSettings {
  readonly repository: Repository
  readonly lock: LockStore
  readonly ttlMs: number
  readonly waitMs: number
  readonly runtime: Runtime
}

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveComposeOptions(options: ComposeOptions): ComposeSettings {
  const known = onlyKnown(options, ['repository', 'lock', 'ttl', 'wait', 'runtime'])
  const { repository, lock, ttl = '2s', wait = '1500ms', runtime = systemRuntime } = known
  return {
    repository: withMethods('repository', repository, ['get', 'create', 'update'], ['list']),
    lock: aLockStore('lock', lock),
    ttlMs: lockTtl(ttl),
    waitMs: milliseconds('wait', wait, { min: 0 }),
    runtime: withMethods('runtime', runtime, ['now', 'schedule', 'random', 'token']),
  }
}
