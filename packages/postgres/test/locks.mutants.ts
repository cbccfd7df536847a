import { lockStoreFailures } from '@idem/conformance'
import { describeMutants } from './mutants/describe-mutants'
import { lockMutants } from './mutants/lock-mutants'
import { ownLockCases } from './mutants/own-lock-cases'

describeMutants('functions and statements of locks', {
  mutants: lockMutants,
  first: () => ownLockCases,
  last: {},
  conformance: ({ locks, advance }, terms) =>
    lockStoreFailures({ create: () => ({ store: locks, advance }), ...terms }),
})
