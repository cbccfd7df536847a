export type { RedisLockStoreOptions, RedisStoreOptions } from './options'
export type { RedisClient } from './redis-client'
export { RedisLockStore } from './redis-lock-store'
export { RedisStore } from './redis-store'
