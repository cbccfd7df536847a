import { encodeFailure } from '../codec/failure'
import type { FinalAnswer } from '../contracts/record-cache'
import type { ClaimOutcome, Settled } from '../contracts/store'
import type { IdemError, StoreError } from '../errors'
import { type Call, desert, type Handler } from './call'
import type { Flight } from './flight'
import { abandoned, expired, mismatch, type Outcome, refused, replayed } from './outcome'
import { Pause } from './pause'
import { claimPolicy } from './policy'
import { runAttempt, runUnprotected } from './run-attempt'

/**
 * Takes a flight to its outcome: claims the key, and then runs the attempt, replays the answer, or waits and claims
 * again.
 */
export async function drive(call: Call, flight: Flight, handler: Handler): Promise<Outcome> {
  const { key, settings, runtime, store, calls } = call
  let owner = runtime.token()
  let waitedFor: number | undefined
  const pause = new Pause(store, calls, runtime, key)
  flight.onDeserted = pause.wake
  try {
    for (;;) {
      const claimedAt = runtime.now()
      let outcome: ClaimOutcome
      try {
        const claim = { key, owner, fingerprint: call.fingerprint, waitedFor, ...claimPolicy(settings) }
        outcome = await calls.repeat('claim', settings.storeTimeoutMs, () => store.claim(claim))
      } catch (error) {
        void giveBack(call, owner, error as StoreError)
        if (settings.onStoreDown === 'throw' || waitedFor !== undefined) return refused(() => error as StoreError)
        return runUnprotected(call, flight, handler, error as StoreError)
      }
      switch (outcome.type) {
        case 'acquired':
          if (!flight.deserted) return await runAttempt(call, flight, handler, { ...outcome, owner, claimedAt })
          await giveBack(call, owner, new Error('every caller left before it began'))
          if (flight.deserted) return desert(call)
          owner = runtime.token()
          break
        case 'running':
          flight.wait({ ...outcome, elsewhere: true })
          if (flight.deserted) return desert(call)
          if (waitedFor === undefined) call.emit({ type: 'waiting', attempt: outcome.attempt })
          waitedFor ??= outcome.fence
          await pause.untilWorthALook(outcome.leaseMs, settings.storeTimeoutMs)
          if (flight.deserted) return desert(call)
          break
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

export function answered(call: Call, settled: Settled, waited: boolean): Outcome {
  if (!settled.retryable) call.remember(settled as FinalAnswer)
  const { attempt } = settled
  call.emit(waited ? { type: 'shared', attempt } : { type: 'replayed', attempt, from: 'store' })
  return replayed(settled, call.settings)
}

export function refuse(call: Call, outcome: Outcome): Outcome {
  try {
    outcome.own()
  } catch (error) {
    call.emit({ type: 'refused', error: error as IdemError })
  }
  return outcome
}

/** Frees a record that was, or may have been, acquired and on which nothing ran. Best effort: its lease does the rest. */
async function giveBack({ key, settings, store, calls }: Call, owner: string, reason: Error): Promise<void> {
  const failure = encodeFailure(reason, {}, settings.maxResultBytes)
  const { retentionMs, storeTimeoutMs } = settings
  const report = { key, owner, kind: 'retryable', failure, retentionMs, tombstoneMs: 0 } as const
  await calls.once('fail', storeTimeoutMs, () => store.fail(report)).catch(() => {})
}
