import { encodeFailure } from '../codec/failure'
import type { Acquired } from '../contracts/store'
import { AbandonedError, type StoreError } from '../errors'
import type { Settings } from '../options/settings'
import { Alarm } from './alarms'
import { Attempt } from './attempt'
import type { Handler } from './drive'
import { encodeValue } from './encode-value'
import type { Flight } from './flight'
import { Heartbeat } from './heartbeat'
import { type Outcome, ranAndFailed, ranAndSucceeded, refused } from './outcome'
import { settleFailure, settleSuccess, Unreconciled } from './settle'

/**
 * Runs the handler of an acquired record, keeps the lease alive meanwhile, and settles. `undefined`: the record went to
 * somebody else.
 */
export async function runAttempt(
  flight: Flight,
  handler: Handler,
  acquired: Acquired,
  owner: string,
  claimedAt: number,
): Promise<Outcome | undefined> {
  const { settings } = flight
  const attempt = new Attempt(flight, acquired, owner)
  const startedAt = flight.engine.runtime.now()
  const heartbeat = new Heartbeat(flight, { owner, fence: attempt.fence }, claimedAt, (end) => {
    if (attempt.isOver) return
    if (end === 'overdue') giveUp(flight, attempt)
    else attempt.loseLease(end)
  })
  flight.emit({ type: 'started', attempt: attempt.attempt, fence: attempt.fence, takeover: attempt.takeover })
  attend(flight, attempt, startedAt)
  try {
    let value: unknown
    try {
      value = await (attempt.takeover ? work(attempt, handler, settings) : handler(attempt))
    } catch (error) {
      await attempt.stepsEnded()
      attempt.isOver = true
      return await settleFailure(flight, attempt, owner, error, startedAt)
    }
    attempt.isOver = true
    return await settleSuccess(flight, attempt, owner, value, startedAt)
  } finally {
    heartbeat.stop()
  }
}

/** Runs the handler although the store is down, as `onStoreDown: 'run'` asks. */
export async function runUnprotected(flight: Flight, handler: Handler, reason: StoreError): Promise<Outcome> {
  const { settings } = flight
  flight.emit({ type: 'unprotected', error: reason })
  const acquired = {
    type: 'acquired',
    attempt: 1,
    fence: Date.now() * 1000,
    takeover: false,
    steps: [],
  } as const
  const attempt = new Attempt(flight, acquired, undefined)
  const { maxRunTimeMs } = settings
  const { alarms, runtime } = flight.engine
  const overdue = new Overdue(() => giveUp(flight, attempt))
  const now = runtime.now()
  alarms.set(overdue, now + maxRunTimeMs)
  attend(flight, attempt, now)
  try {
    const value = await handler(attempt)
    return ranAndSucceeded(1, value, encodeValue(value, settings).text, settings)
  } catch (error) {
    return ranAndFailed(
      1,
      error,
      encodeFailure(error, settings.errorCodec, settings.maxResultBytes),
      settings,
    )
  } finally {
    alarms.cancel(overdue)
  }
}

/** An attempt without a heartbeat has a time limit of its own. */
class Overdue extends Alarm {
  constructor(readonly ring: () => void) {
    super()
  }
}

/** Its time is over: nobody waits any longer. Should the handler end after all, it still settles if it can. */
function giveUp(flight: Flight, attempt: Attempt): void {
  const message = `attempt ${attempt.attempt} of ${flight.key} ran longer than ${flight.settings.maxRunTimeMs} ms (maxRunTime)`
  const error = () => new AbandonedError(message, attempt.attempt)
  attempt.isOverdue = true
  attempt.abort(error())
  flight.finish(flight.refuse(refused(error)))
}

/** Lets the callers wait for the attempt, and tells the attempt when the last of them has left. */
function attend(flight: Flight, attempt: Attempt, now: number): void {
  flight.onDeserted = () => attempt.abort(new DOMException('every caller has left', 'AbortError'))
  flight.wait({ attempt: attempt.attempt, leaseMs: flight.settings.leaseMs, elsewhere: false }, now)
}

/** The work of an attempt that took over: that of who finds out what became of the one before, or the handler's. */
async function work(
  attempt: Attempt,
  handler: Handler,
  { onAbandoned, maxAttempts }: Settings,
): Promise<unknown> {
  if (typeof onAbandoned !== 'function') return handler(attempt)
  let verdict: unknown
  try {
    verdict = await onAbandoned(attempt)
  } catch (cause) {
    throw new Unreconciled(cause)
  }
  if (typeof verdict === 'object' && verdict !== null && 'value' in verdict) return verdict.value
  if (verdict !== 'rerun')
    throw new Unreconciled(new TypeError("onAbandoned must answer { value } or 'rerun'"))
  if (attempt.attempt > maxAttempts)
    throw new Unreconciled(new Error(`maxAttempts (${maxAttempts}) are used up`))
  // Its lease may be over, its time is, or nobody waits any longer: what follows is for whoever asks next.
  if (attempt.reason !== undefined) throw new Unreconciled(attempt.reason)
  attempt.restart()
  return handler(attempt)
}
