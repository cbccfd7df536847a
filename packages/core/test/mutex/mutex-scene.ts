import { Mutex } from '../../src/mutex/mutex'
import type { MutexOptions } from '../../src/mutex/options'
import { VirtualRuntime } from '../support/virtual-runtime'
import { ScriptedLockStore } from './scripted-lock-store'

/** A mutex on a store with a clock of its own, both moved by one hand. */
export function mutexScene(options: Omit<MutexOptions, 'store'> & { readonly watch?: boolean } = {}) {
  const { watch = false, ...rest } = options
  const time = new VirtualRuntime()
  const store = new ScriptedLockStore(time.clock, { watch })
  const mutex = new Mutex({ store, runtime: time, ...rest })
  /** Somebody else takes the lock, without a word over the scripted connection. */
  const rival = (ttlMs: number, name = 'idem:door') => store.inner.acquire({ name, owner: 'rival', ttlMs })
  const rivalLeaves = (name = 'idem:door') => store.inner.release({ name, owner: 'rival' })
  return { time, store, mutex, rival, rivalLeaves }
}
