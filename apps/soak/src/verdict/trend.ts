import { median } from '@idem/harness'

export interface Point {
  readonly atMs: number
  readonly value: number
}

/** What a series of measurements does over its time. */
export interface Trend {
  readonly median: number
  /** By how much it grew from its beginning to its end: the median slope of all pairs of points (Theil and Sen), times that. */
  readonly growth: number
  /** How many of all pairs of points rise, less how many fall, in shares of all: 1 if it always grows, 0 if it only wavers. */
  readonly rising: number
}

/** Whatever a few points do that lie far from all others, they change nothing. */
export function trendOf(points: readonly Point[]): Trend {
  const slopes: number[] = []
  let rises = 0
  points.forEach((later, index) => {
    for (const earlier of points.slice(0, index)) {
      slopes.push((later.value - earlier.value) / (later.atMs - earlier.atMs))
      rises += Math.sign(later.value - earlier.value)
    }
  })
  const spanMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0)
  return {
    median: points.length === 0 ? 0 : median(points.map(({ value }) => value)),
    growth: slopes.length === 0 ? 0 : median(slopes) * spanMs,
    rising: slopes.length === 0 ? 0 : rises / slopes.length,
  }
}
