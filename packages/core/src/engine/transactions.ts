import type { Transact, TransactionDriver } from '../contracts/transactional-store'
import { InProgressError } from '../errors'
import type { TransactionContext } from '../options/options'
import { answered } from './drive'
import type { Flight } from './flight'
import { abandoned, expired, mismatch, type Outcome, refused } from './outcome'
import { Pause } from './pause'
import { TransactionRun } from './transaction-run'

/**
 * Lets `Idem` run transactions on a store: `readonly transactions = transactions<PoolClient>((request) => …)`. It comes
 * with the stores that have transactions, so that the others do not pay for it.
 */
export function transactions<Tx>(transact: Transact<Tx>): TransactionDriver<Tx> {
  return (flight, body, tx, around = (plain) => plain) => drive(flight as Flight, around(transact), body, tx)
}

/**
 * Takes a flight to its outcome inside a database transaction. Whoever finds the key busy waits outside, holding
 * nothing; only in a transaction that the caller has open (`tx`) is there no outside, and the call is refused.
 */
async function drive<Tx>(
  flight: Flight,
  transact: Transact<Tx>,
  body: (ctx: TransactionContext<Tx>) => unknown,
  tx: Tx | undefined,
): Promise<Outcome> {
  const { key, settings, engine, fingerprint } = flight
  const { retentionMs, tombstoneMs, leaseMs } = settings
  let waitedFor: number | undefined
  let pause: Pause | undefined
  try {
    for (;;) {
      const run = new TransactionRun(flight, body)
      const owner = engine.runtime.token()
      const request = { key, owner, fingerprint, waitedFor, tx, retentionMs, tombstoneMs, ...run.callbacks }
      const outcome = await transact(request).catch((error: unknown) => ({ type: 'thrown' as const, error }))
      if (outcome.type !== 'thrown') engine.diagnose(flight)
      switch (outcome.type) {
        case 'thrown':
          return run.failed(outcome.error)
        case 'committed':
          return run.committed(outcome.attempt, tx === undefined)
        case 'busy': {
          const attempt = outcome.attempt ?? 1
          if (tx !== undefined)
            return flight.refuse(refused(() => new InProgressError(`${key} is running`, leaseMs)))
          flight.wait({ attempt, leaseMs, elsewhere: true })
          if (flight.deserted) return flight.desert()
          if (pause === undefined) flight.emit({ type: 'waiting', attempt })
          waitedFor ??= outcome.fence
          pause ??= new Pause(flight)
          await pause.untilWorthALook(leaseMs)
          if (flight.deserted) return flight.desert()
          break
        }
        case 'settled':
          // Inside the caller's transaction the answer may be one that is not committed yet.
          return answered(flight, outcome, pause !== undefined, tx === undefined)
        case 'abandoned':
          return flight.refuse(abandoned(key, outcome))
        case 'mismatch':
          return flight.refuse(mismatch(key))
        case 'expired':
          return flight.refuse(expired(key))
      }
    }
  } finally {
    pause?.end()
  }
}
