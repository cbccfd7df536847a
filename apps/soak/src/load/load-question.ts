import type { LoadCounts, LoadLook } from '../look'
import type { FaultTally } from './faults'

/** What a load process can be asked, in the order in which it is. */
export interface LoadQuestions {
  /** Opens the store and plays scenes until told otherwise. */
  begin(): Promise<void>
  /** Collects garbage for it. */
  look(): Promise<LoadLook>
  count(): Promise<LoadCounts>
  /** Begins nothing more, and lets everything end that has begun. */
  drain(): Promise<void>
  /** Removes what is past its keeping. */
  sweep(): Promise<void>
  /** Closes what was opened. */
  close(): Promise<void>
  /** What did not go as it must. */
  faults(): Promise<readonly FaultTally[]>
}

export interface Asked {
  readonly id: number
  readonly question: keyof LoadQuestions
}

export type Answered = { readonly id: number } & ({ readonly answer: unknown } | { readonly error: string })
