import type { Figure, Sample } from '../look'
import { QUANTITIES, type Quantity } from './quantities'
import { type Trend, trendOf } from './trend'

/** What is said of one quantity. */
export interface Judgement extends Trend {
  readonly of: Figure
  readonly title: string
  readonly unit: Quantity['unit']
  /** By so much it may grow. */
  readonly allowed: number
  readonly verdict: 'bounded' | 'grows' | 'too short to tell'
}

export interface Times {
  /** How long scenes were begun. */
  readonly durationMs: number
  readonly retentionMs: number
  readonly cleanUpMs: number
}

/** So much of the time does not count: what is kept fills up, code is compiled, pools open. */
const WARM_UP = 1 / 4
/** Fewer points say nothing. */
const FEWEST_POINTS = 8
/** How many more pairs of points rise than fall, where something grows: wavering comes to a fifth at times. */
const CLEARLY_RISING = 0.5

/** Judges what was measured. A quantity that nobody could tell of is left out. */
export function judge(samples: readonly Sample[], times: Times): Judgement[] {
  return QUANTITIES.flatMap((quantity) => {
    const from = steadyFromMs(quantity, times)
    const points = samples.flatMap((sample) => {
      const value = sample[quantity.of]
      return value === undefined || sample.atMs < from ? [] : [{ atMs: sample.atMs, value }]
    })
    if (samples.every((sample) => sample[quantity.of] === undefined)) return []
    return [judgeOne(quantity, points, times.durationMs - from)]
  })
}

/** From when on a quantity must not grow any more. */
export function steadyFromMs(
  { waitsForCleanUp }: Pick<Quantity, 'waitsForCleanUp'>,
  { durationMs, retentionMs, cleanUpMs }: Times,
): number {
  const warmUpMs = durationMs * WARM_UP
  return waitsForCleanUp ? Math.max(warmUpMs, 2 * retentionMs + cleanUpMs) : warmUpMs
}

function judgeOne(
  { of, title, unit, share, slack }: Quantity,
  points: readonly { readonly atMs: number; readonly value: number }[],
  spanMs: number,
): Judgement {
  const trend = trendOf(points)
  const allowed = trend.median * share + slack
  const grows = trend.growth > allowed && trend.rising > CLEARLY_RISING
  const verdict =
    points.length < FEWEST_POINTS || spanMs <= 0 ? 'too short to tell' : grows ? 'grows' : 'bounded'
  return { of, title, unit, ...trend, allowed, verdict }
}
