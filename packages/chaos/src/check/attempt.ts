import type { Ending, ToldError } from '../history/event'

/** Something that was sent to the store in the name of an attempt, and that the store took. */
export interface TakenWrite {
  readonly what: string
  readonly sentAt: number
  /** Of a report on how the attempt ended. */
  readonly ending?: Ending
}

export interface StepValue {
  readonly name: string
  readonly value: string
}

/** An attempt that the store granted, as its process saw it. */
export interface Attempt {
  readonly owner: string
  readonly life: string
  readonly number: number
  readonly fence: number
  readonly takeover: boolean
  /** When its claim was first sent; the store granted it between then and `grantedAt`. */
  readonly claimedAt: number
  /** When the grant was there. */
  readonly grantedAt: number
  /** When the last renewal was sent that the store is known to have taken: the lease ends no earlier than a lease later. */
  readonly renewedAt: number
  /** When its handler began; missing if its process was gone before, or its callers. */
  readonly beganAt?: number | undefined
  readonly ended?: { readonly value?: string | undefined; readonly error?: ToldError | undefined } | undefined
  /** How it was reported to have ended, whether or not that arrived. */
  readonly reports: readonly { readonly ending: Ending; readonly at: number }[]
  readonly taken: readonly TakenWrite[]
  readonly stepsSaved: readonly string[]
  readonly stepsRun: readonly StepValue[]
  readonly stepsGiven: readonly StepValue[]
}

export type BegunAttempt = Attempt & { readonly beganAt: number }

/** The report on its end that the store took, if there is one. */
export const settledAs = (attempt: Attempt): Ending | undefined =>
  attempt.taken.find(({ ending }) => ending !== undefined)?.ending

export const shown = ({ number, fence, life }: Attempt): string =>
  `attempt ${number} of ${life} (fence ${fence})`
