export {
  describeLockStore,
  type LockStoreFixture,
  type LockStoreSuite,
  lockStoreFailures,
} from './lock-store/describe-lock-store'
export { describeStore, type StoreFixture, type StoreSuite, storeFailures } from './store/describe-store'
export type { CaseFailure } from './suite/conformance-case'
