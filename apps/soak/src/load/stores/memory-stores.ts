import { MemoryLockStore, MemoryStore } from '@idem/core'
import type { OpenedStores } from './opened-stores'

/** One store for both, since there is nothing between them. */
export async function openMemoryStores(): Promise<OpenedStores> {
  const store = new MemoryStore()
  const locks = new MemoryLockStore()
  return {
    stores: [store, store],
    locks: [locks, locks],
    listeners: () => 0,
    look: () => ({ records: store.size }),
    // What is past its keeping goes as others come.
    async sweep() {},
    async visitAll() {
      for (let left = store.size; left > 0; left--) {
        const holder = { key: 'visit', owner: 'visit' }
        const terms = { leaseMs: 1, keepMs: 1, maxAttempts: Infinity, onAbandoned: 'takeover' } as const
        await store.claim({ ...holder, ...terms })
        await store.release(holder)
      }
    },
    async close() {},
  }
}
