import type { Figures } from './figures'

/** One run, as it is kept. */
export interface Result {
  /** What a reader types to have the same. */
  readonly command: string
  /** The day on which it ended, in UTC: `2026-11-22`. */
  readonly date: string
  /** What was run, as git names it; with a `+` where something was not committed. */
  readonly commit: string
  readonly machine: string
  readonly seconds: number
  readonly figures: Figures
}
