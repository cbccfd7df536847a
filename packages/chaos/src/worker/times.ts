/** The engine's times in a run: so short that within seconds waits end and settles are given up. They go with the lease. */
export const timesOf = (leaseMs: number) => ({
  storeTimeout: leaseMs * 1.25,
  settleTimeout: leaseMs * 5,
  waitTimeout: leaseMs * 10,
})
