import { encodeFailure } from '../codec/failure'
import { type IdemError, UnsettledError } from '../errors'
import type { Settings } from '../options/settings'
import type { Attempt } from './attempt'
import { encodeValue, readBack } from './encode-value'
import type { Flight } from './flight'
import { abandoned, type Outcome, raise, ranAndFailed, ranAndSucceeded } from './outcome'
import { keepMs } from './policy'
import { ONCE, type Persistence } from './store-calls'

/** Why the outcome of an abandoned attempt is still not known. */
export class Unreconciled {
  constructor(readonly cause: unknown) {}
}

/** Settles work that is done. `undefined`: the record is somebody else's by now, and so is the answer. */
export async function settleSuccess(
  flight: Flight,
  run: Attempt,
  owner: string,
  value: unknown,
  startedAt: number,
): Promise<Outcome | undefined> {
  const { key, settings, engine } = flight
  const { attempt, fence } = run
  const { retentionMs, tombstoneMs } = settings
  const { text, error } = encodeValue(value, settings)
  if (error) flight.emit({ type: 'value-omitted', attempt, error })
  const completion = { key, owner, fence, value: text, retentionMs, tombstoneMs }
  // The first sending may be the one that settles it, though only a later one is answered.
  const toldAt = engine.cache ? engine.runtime.now() : 0
  try {
    const settled = !run.isLost && (await flight.persist(untilSettled(settings), 'complete', completion))
    if (!settled) {
      run.loseLease('taken')
      return undefined
    }
  } catch (cause) {
    flight.emit({ type: 'unsettled', attempt, error: cause as IdemError })
    const unsettled = (shown: unknown) =>
      raise(new UnsettledError(`${key} ran and succeeded, but the store could not be told`, shown, { cause }))
    return {
      attempt,
      replayed: false,
      own: () => unsettled(value),
      shared: () => unsettled(readBack(value, text, settings.codec)),
    }
  }
  if (engine.observer)
    flight.emit({ type: 'succeeded', attempt, durationMs: engine.runtime.now() - startedAt })
  flight.rememberSuccess(attempt, text, toldAt)
  return ranAndSucceeded(attempt, value, text, settings)
}

/** Settles work that failed, or of which nobody knows whether it did; else like {@link settleSuccess}. */
export async function settleFailure(
  flight: Flight,
  run: Attempt,
  owner: string,
  thrown: unknown,
  startedAt: number,
): Promise<Outcome | undefined> {
  const { key, settings, engine } = flight
  const { attempt, fence, isOverdue, hasUnsavedStep } = run
  const { errorCodec, maxResultBytes, maxAttempts, isRetryable, tombstoneMs } = settings
  const unreconciled = thrown instanceof Unreconciled
  const error = unreconciled ? thrown.cause : thrown
  // Whoever stopped because it was told to has not failed for good, whatever its policy says of errors.
  const mayRetry =
    attempt < maxAttempts && (run.isStoppedBy(error) || truthOf(() => isRetryable(error, attempt)))
  const kind = unreconciled || isOverdue || hasUnsavedStep ? 'abandoned' : mayRetry ? 'retryable' : 'final'
  const retentionMs = kind === 'abandoned' ? keepMs(settings) : settings.retentionMs
  const failure = encodeFailure(error, errorCodec, maxResultBytes)
  const report = { key, owner, fence, kind, failure, retentionMs, tombstoneMs } as const
  try {
    const settled = !run.isLost && (await flight.persist(untilSettled(settings), 'fail', report))
    if (!settled) {
      run.loseLease('taken')
      return undefined
    }
    flight.emit({ type: 'failed', attempt, kind, error, durationMs: engine.runtime.now() - startedAt })
  } catch (cause) {
    // The lease will run out, and the attempt then count as abandoned. Its failure is true all the same.
    flight.emit({ type: 'unsettled', attempt, error: cause as IdemError })
  }
  // Of a call, an `UnsettledError` says that all of it is done: a step says that of itself only.
  if (unreconciled || (hasUnsavedStep && error instanceof UnsettledError))
    return abandoned(key, { attempt, failure }, error)
  return ranAndFailed(attempt, error, failure, settings)
}

/** What is done is told to the store for as long as it takes. */
const untilSettled = ({ settleTimeoutMs }: Settings): Persistence => ({
  ...ONCE,
  sends: Number.POSITIVE_INFINITY,
  forMs: settleTimeoutMs,
})

/** A policy that throws has not said no. */
export function truthOf(policy: () => boolean): boolean {
  try {
    return policy()
  } catch {
    return true
  }
}
