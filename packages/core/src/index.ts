export { MemoryLockStore, type MemoryLockStoreOptions } from './memory/memory-lock-store'
