import { MemoryLockStore, MemoryStore } from '@idem/core'
import type { StoreKind } from '../store-kind'
import { memoryTables } from './memory-table'

/** Records in this process: gone when it ends, and unknown to any other. */
export const memory: StoreKind = {
  shared: false,
  locate: async () => ({
    url: '',
    described: 'in the memory of this process, and gone with it',
    close: async () => {},
  }),
  open: async () => ({
    store: new MemoryStore(),
    locks: new MemoryLockStore(),
    tables: memoryTables(),
    close: async () => {},
  }),
}
