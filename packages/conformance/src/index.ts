export {
  describeLockStore,
  type LockStoreFixture,
  type LockStoreSuite,
  lockStoreFailures,
} from './lock-store/describe-lock-store'
export type { CallPlan, ExecutePlan, Handler, Scenario, Script, Work } from './simulate/scenario'
export { scenarios } from './simulate/scenarios/scenarios'
export { replay, simulate } from './simulate/simulate'
export type {
  ExhaustiveOptions,
  RandomOptions,
  ScenarioReport,
  SimulationOptions,
  SimulationProgress,
  SimulationReport,
  Violation,
} from './simulate/simulation-options'
export type { IdemUnderTest } from './simulate/world/world'
export { describeStore, type StoreFixture, type StoreSuite, storeFailures } from './store/describe-store'
export type { CaseFailure } from './suite/conformance-case'
export { describeWebAdapter, webAdapterFailures } from './web/describe-web-adapter'
export type {
  PlannedReply,
  WebAdapter,
  WebApp,
  WebCall,
  WebHandler,
  WebServer,
  WebSource,
} from './web/web-adapter'
