import { runBrokenWorker } from './run-broken-worker'

// Counts leases on a clock that runs at twice the speed.
runBrokenWorker((store) => ({
  claim: (claim) => store.claim({ ...claim, leaseMs: claim.leaseMs / 2 }),
  extend: (lease) => store.extend({ ...lease, leaseMs: lease.leaseMs / 2 }),
}))
