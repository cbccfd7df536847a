export type { PostgresClient, PostgresStoreOptions } from './options'
export { PostgresLockStore } from './postgres-lock-store'
export { PostgresStore } from './postgres-store'
export type { SweepOptions } from './sweep'
