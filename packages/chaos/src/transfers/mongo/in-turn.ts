import type { Teller } from '../run-transfer-worker'

/** A process has so many transfers under way at once. */
const AT_ONCE = 8

/**
 * Lets no more than a few transfers of a process be under way at once, the others in turn. On PostgreSQL the pool sees to
 * that; sessions have no such bound. Where a server can do no more, transactions that wait for it keep locked what they
 * have written, are ended by its limit on their lifetime, begin again, and none gets through.
 */
export function inTurn<Tx, Driver>(teller: Teller<Tx, Driver>): Teller<Tx, Driver> {
  const waiting: (() => void)[] = []
  let underWay = 0
  return async (counter, transfer, move) => {
    if (underWay < AT_ONCE) underWay++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await teller(counter, transfer, move)
    } finally {
      const next = waiting.shift()
      if (next === undefined) underWay--
      else next()
    }
  }
}
