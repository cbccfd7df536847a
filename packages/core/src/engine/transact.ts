import type { TransactionalStore, TransactionOutcome } from '../contracts/transactional-store'
import { InProgressError } from '../errors'
import type { TransactionContext } from '../options/options'
import { type Call, desert } from './call'
import { answered, refuse } from './drive'
import type { Flight } from './flight'
import { abandoned, expired, mismatch, type Outcome, refused } from './outcome'
import { Pause } from './pause'
import { TransactionRun } from './transaction-run'

/**
 * Takes a flight to its outcome inside a database transaction. Whoever finds the key busy waits outside, holding
 * nothing; only in a transaction that the caller has open (`tx`) is there no outside, and the call is refused.
 */
export async function transact<Tx>(
  call: Call<TransactionalStore<Tx>>,
  flight: Flight,
  body: (ctx: TransactionContext<Tx>) => unknown,
  tx: Tx | undefined,
): Promise<Outcome> {
  const { key, settings, runtime, store, calls, fingerprint } = call
  const { retentionMs, tombstoneMs, leaseMs, storeTimeoutMs } = settings
  const pause = new Pause(store, calls, runtime, key)
  let waitedFor: number | undefined
  try {
    for (;;) {
      const owner = runtime.token()
      const run = new TransactionRun(call, flight, body)
      flight.onDeserted = () => {
        run.abort()
        pause.wake()
      }
      let outcome: TransactionOutcome
      try {
        const keeping = { retentionMs, tombstoneMs }
        outcome = await store.transact({ key, owner, fingerprint, waitedFor, tx, ...keeping, ...run.callbacks })
      } catch (error) {
        return run.failed(error)
      }
      switch (outcome.type) {
        case 'committed':
          return run.committed(outcome.attempt, tx === undefined)
        case 'busy': {
          const attempt = outcome.attempt ?? 1
          if (tx !== undefined) return refuse(call, refused(() => new InProgressError(`${key} is running`, leaseMs)))
          flight.wait({ attempt, leaseMs, elsewhere: true })
          if (flight.deserted) return desert(call)
          if (waitedFor === undefined) call.emit({ type: 'waiting', attempt })
          waitedFor ??= outcome.fence
          await pause.untilWorthALook(leaseMs, storeTimeoutMs)
          if (flight.deserted) return desert(call)
          break
        }
        case 'settled':
          return answered(call, outcome, waitedFor !== undefined)
        case 'abandoned':
          return refuse(call, abandoned(key, outcome))
        case 'mismatch':
          return refuse(call, mismatch(key))
        case 'expired':
          return refuse(call, expired(key))
      }
    }
  } finally {
    pause.end()
  }
}
