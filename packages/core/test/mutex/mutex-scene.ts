import { Mutex } from '../../src/mutex/mutex'
import type { MutexOptions } from '../../src/mutex/options'
import { ManualTime } from './manual-time'
import { ScriptedLockStore } from './scripted-lock-store'

/** A mutex on a store with a clock of its own, both moved by one hand. */
export function mutexScene(options: Omit<MutexOptions, 'store'> & { readonly watch?: boolean } = {}) {
  const { watch = false, ...rest } = options
  const time = new ManualTime()
  const store = new ScriptedLockStore(() => 1_700_000_000_000 + time.now(), { watch })
  const mutex = new Mutex({ store, runtime: time, ...rest })
  /** Somebody else takes the lock, without a word over the scripted connection. */
  const rival = (ttlMs: number, name = 'idem:door') => store.inner.acquire({ name, owner: 'rival', ttlMs })
  const rivalLeaves = (name = 'idem:door') => store.inner.release({ name, owner: 'rival' })
  return { time, store, mutex, rival, rivalLeaves }
}

/** How a promise stands: `pending`, what it gave, or what it threw. */
export function watched<T>(promise: Promise<T>): {
  state: 'pending' | 'resolved' | 'rejected'
  value?: T
  error?: unknown
} {
  const seen: { state: 'pending' | 'resolved' | 'rejected'; value?: T; error?: unknown } = {
    state: 'pending',
  }
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error) => Object.assign(seen, { state: 'rejected', error }),
  )
  return seen
}
