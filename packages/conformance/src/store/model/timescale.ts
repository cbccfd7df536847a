import { BRIEF, LONG } from '../../suite/time'

/** Which durations and steps of time random sequences are made of. */
export interface Timescale {
  readonly durations: readonly number[]
  readonly tombstones: readonly number[]
  readonly steps: readonly number[]
  /** Whether time has to pass after each call that asked for the shortest duration, lest it end at any moment. */
  readonly passesAtOnce: boolean
}

/**
 * For a clock that can be moved: it only ever stands at multiples of 10 s, and everything ends half-way between two of
 * them, so that a clock that ticks a little by itself makes no difference.
 */
export const movedTime: Timescale = {
  durations: [5_000, 15_000, 45_000, 605_000, Number.POSITIVE_INFINITY],
  tombstones: [0, 10_000, 40_000, Number.POSITIVE_INFINITY],
  steps: [10_000, 20_000, 50_000],
  passesAtOnce: false,
}

/** For real time: something ends at once, or not while the sequence runs. */
export const waitedTime: Timescale = {
  durations: [BRIEF, LONG, LONG, LONG, Number.POSITIVE_INFINITY],
  tombstones: [0, 0, LONG, Number.POSITIVE_INFINITY],
  steps: [2 * BRIEF],
  passesAtOnce: true,
}
