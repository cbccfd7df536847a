import type { FaultKind } from '../history'

/** What can happen next, as far as others are concerned. */
export interface Move {
  /** The same wherever the same thing can happen, whatever happened to others before. */
  readonly id: string
  /** Whose it is; -1 for what concerns everybody, such as time. */
  readonly process: number
  /** Whether the store takes part. */
  readonly isStore: boolean
  readonly fault: FaultKind | undefined
}

/** Something that can happen next. */
export interface Choice extends Move {
  take(): void
}

/**
 * Whether two moves come to the same in either order. Processes share nothing but the store and the clock, so moves of
 * two processes commute unless both need the store. (The number of faults is the same in either order.)
 */
export function commute(one: Move, other: Move): boolean {
  return (
    one.process !== other.process && one.process >= 0 && other.process >= 0 && !(one.isStore && other.isStore)
  )
}

/**
 * Picks what happens next: what has to happen some time, in the order in which it came up, or something of the rest,
 * without which a history can end as well. `undefined` breaks the history off.
 */
export type Chooser = (ready: readonly Choice[], rest: () => readonly Choice[]) => Choice | undefined
