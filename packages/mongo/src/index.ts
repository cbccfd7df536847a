export { MongoLockStore } from './mongo-lock-store'
export { MongoStore } from './mongo-store'
export type { MongoLockStoreOptions, MongoStoreOptions } from './options'
