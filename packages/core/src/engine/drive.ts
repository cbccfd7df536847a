import type { FinalAnswer } from '../contracts/record-cache'
import type { ClaimOutcome, Settled, StoredRecord } from '../contracts/store'
import { LeaseLostError, StoreError } from '../errors'
import type { AttemptContext } from '../options/options'
import { differ } from '../record/claim'
import type { Flight } from './flight'
import { abandoned, expired, mismatch, type Outcome, refused, replayed } from './outcome'
import { Pause } from './pause'
import { keepMs } from './policy'
import { runAttempt, runUnprotected } from './run-attempt'

/** How many claims in a row may be answered too late. */
const MOST_LATE = 3

export type Handler = (ctx: AttemptContext) => unknown

/**
 * Takes a flight to its outcome: claims the key, and then runs the attempt, replays the answer, or waits and claims
 * again. An attempt that lost its record looks for the winner's answer instead, and never claims again.
 */
export async function drive(flight: Flight, handler: Handler): Promise<Outcome> {
  const { key, fingerprint, settings, engine } = flight
  const { leaseMs, maxAttempts, onAbandoned } = settings
  const policy =
    typeof onAbandoned === 'function' ? 'reconcile' : onAbandoned === 'rerun' ? 'takeover' : 'reject'
  let owner = engine.runtime.token()
  let waitedFor: number | undefined
  let lostAttempt: number | undefined
  let late = 0
  let pause: Pause | undefined
  try {
    for (;;) {
      let outcome: ClaimOutcome
      try {
        outcome =
          lostAttempt === undefined
            ? await flight.send('claim', {
                key,
                owner,
                fingerprint,
                leaseMs,
                keepMs: keepMs(settings),
                maxAttempts,
                onAbandoned: policy,
                waitedFor,
              })
            : asOutcome(await flight.send('get', key), fingerprint)
      } catch (error) {
        if (lostAttempt !== undefined) return flight.refuse(lost(key, lostAttempt, error))
        void giveBack(flight, owner)
        if (flight.deserted) return flight.desert()
        // What is known to run elsewhere is never run unprotected beside it.
        if (settings.onStoreDown === 'throw' || waitedFor !== undefined) {
          return flight.refuse(refused(() => error as StoreError))
        }
        return runUnprotected(flight, handler, error as StoreError)
      }
      engine.diagnose(flight)
      switch (outcome.type) {
        case 'acquired': {
          // The answer took so long that the lease may be over. Who asks again renews it, unless somebody else has the record.
          if (!flight.deserted && engine.runtime.now() - flight.sentAt >= leaseMs) {
            if (++late < MOST_LATE) break
            void giveBack(flight, owner)
            const message = `claims of ${key} are answered when their lease (${leaseMs} ms) is over: it is too short for this store`
            return flight.refuse(refused(() => new StoreError(message)))
          }
          if (!flight.deserted) {
            const result = await runAttempt(flight, handler, outcome, owner, flight.sentAt)
            if (result) return result
            lostAttempt = outcome.attempt
            break
          }
          await giveBack(flight, owner)
          if (flight.deserted) return flight.desert()
          // Somebody came meanwhile, who waited for nothing.
          owner = engine.runtime.token()
          waitedFor = undefined
          break
        }
        case 'running':
          flight.wait({ attempt: outcome.attempt, leaseMs: outcome.leaseMs, elsewhere: true })
          if (flight.deserted) return flight.desert()
          if (waitedFor === undefined) flight.emit({ type: 'waiting', attempt: outcome.attempt })
          waitedFor ??= outcome.fence
          pause ??= new Pause(flight)
          await pause.untilWorthALook(outcome.leaseMs)
          if (flight.deserted) return flight.desert()
          break
        case 'settled':
          return answered(flight, outcome, waitedFor !== undefined || lostAttempt !== undefined)
        case 'abandoned':
          return flight.refuse(lostAttempt === undefined ? abandoned(key, outcome) : lost(key, lostAttempt))
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

export function answered(flight: Flight, settled: Settled, waited: boolean, isCommitted = true): Outcome {
  if (isCommitted && !settled.retryable) flight.remember(settled as FinalAnswer)
  const { attempt } = settled
  flight.emit(waited ? { type: 'shared', attempt } : { type: 'replayed', attempt, from: 'store' })
  return replayed(settled, flight.settings)
}

/**
 * What a look shows, in the words of a claim. A record that is gone is as unknown as an abandoned one, and one that was
 * made anew for another payload has no answer to this.
 */
function asOutcome(record: StoredRecord | undefined, fingerprint: string | undefined): ClaimOutcome {
  if (record === undefined || record.state === 'abandoned' || differ(record.fingerprint, fingerprint)) {
    return { type: 'abandoned', attempt: 0 }
  }
  if (record.state === 'running') return { ...record, type: 'running', leaseMs: record.leaseMs ?? 0 }
  return { ...record, type: 'settled', state: record.state, retentionMs: 0 }
}

const lost = (key: string, attempt: number, cause?: unknown): Outcome =>
  refused(() => {
    const known = cause === undefined ? 'nobody else has an answer' : 'no other answer can be had'
    return new LeaseLostError(`attempt ${attempt} of ${key} lost its lease, and ${known}`, { cause })
  })

/** Frees a record that was, or may have been, acquired and on which nothing ran. Best effort: its lease does the rest. */
async function giveBack(flight: Flight, owner: string): Promise<void> {
  await flight.send('release', { key: flight.key, owner }).catch(() => {})
}
