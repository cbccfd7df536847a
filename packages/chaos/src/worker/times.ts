/**
 * The engine's times in a run: so short that within seconds leases lapse, waits end and settles are given up.
 */
export const TIMES = { storeTimeout: 500, settleTimeout: 2000, waitTimeout: 4000 } as const
