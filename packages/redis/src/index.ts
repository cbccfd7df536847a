export type { RedisClient, RedisLockStoreOptions, RedisStoreOptions } from './options'
export { RedisLockStore } from './redis-lock-store'
export { RedisStore } from './redis-store'
