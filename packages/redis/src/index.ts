export type { RedisClient, RedisLockStoreOptions, RedisStoreOptions } from './options'
export { RedisStore } from './redis-store'
