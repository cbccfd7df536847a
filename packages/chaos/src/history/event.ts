/** How an attempt was reported to the store. */
export type Ending = 'succeeded' | 'retryable' | 'final' | 'abandoned'

/** What can be told of an error in a line of a log. */
export interface ToldError {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
}

export type FaultName =
  | 'kill'
  | 'stop'
  | 'continue'
  | 'cut'
  | 'delay'
  | 'no-delay'
  | 'lose-reply'
  | 'kill-server'
  | 'server-is-back'
  | 'fail-over'
  | 'failed-over'
  | 'replica-is-there'
  | 'died-by-itself'

/** One thing that happened to one key. What has an `owner` passed between engine and store, the rest is outside of both. */
type OfAKey = { readonly key: string } & (
  | { readonly type: 'called'; readonly call: string; readonly duplicate: number }
  | {
      readonly type: 'answered'
      readonly call: string
      readonly duplicate: number
      readonly value: string
      readonly attempt: number
      readonly replayed: boolean
    }
  | {
      readonly type: 'refused'
      readonly call: string
      readonly duplicate: number
      readonly error: ToldError
      /** Of an `OperationFailedError`: the failure that was recorded. */
      readonly failure?: ToldError | undefined
      /** Of errors that name one. */
      readonly attempt?: number | undefined
    }
  | { readonly type: 'claiming'; readonly owner: string }
  | {
      readonly type: 'claimed'
      readonly owner: string
      readonly sentAt: number
      readonly outcome: string
      readonly attempt?: number | undefined
      readonly fence?: number | undefined
      readonly takeover?: boolean | undefined
    }
  | { readonly type: 'renewed'; readonly owner: string; readonly sentAt: number }
  | { readonly type: 'settling'; readonly owner: string; readonly ending: Ending }
  | {
      readonly type: 'settled'
      readonly owner: string
      readonly sentAt: number
      readonly ending: Ending
      readonly accepted: boolean
    }
  | { readonly type: 'step-saved'; readonly owner: string; readonly sentAt: number; readonly name: string }
  | {
      readonly type: 'began'
      readonly fence: number
      readonly attempt: number
      readonly takeover: boolean
    }
  | { readonly type: 'step-ran'; readonly fence: number; readonly name: string; readonly value: string }
  | { readonly type: 'step-got'; readonly fence: number; readonly name: string; readonly value: string }
  | {
      readonly type: 'ended'
      readonly fence: number
      readonly value?: string | undefined
      readonly error?: ToldError | undefined
    }
  /** What the store has when all is over. */
  | {
      readonly type: 'recorded'
      readonly state: string
      /** Of a failed record. */
      readonly retryable?: boolean | undefined
      readonly attempt?: number | undefined
      readonly fence?: number | undefined
      readonly value?: string | undefined
    }
  /** An operator's answer to a key that was left abandoned: before it is sent, and what the store said. */
  | { readonly type: 'resolving'; readonly value: string }
  | { readonly type: 'resolved'; readonly value: string; readonly accepted: boolean }
)

/** One thing that happened to a process, or to the server. */
type OfAProcess =
  | { readonly type: 'process-began'; readonly pid: number }
  | { readonly type: 'process-done' }
  | {
      readonly type: 'fault'
      readonly fault: FaultName
      /** The life that was hit; none for the server. */
      readonly victim?: string | undefined
      readonly detail?: string | undefined
    }

export interface Origin {
  /** Milliseconds on the machine's monotonic clock, which all processes share, since the run began. */
  readonly at: number
  /** Which process saw it: `3.2` is the second one in the fourth place; `director` inflicts the faults. */
  readonly life: string
}

export type Happening = OfAKey | OfAProcess
export type ChaosEvent = Origin & Happening
export type KeyEvent = Origin & OfAKey
export type ProcessEvent = Origin & OfAProcess

export const isOfAKey = (event: ChaosEvent): event is KeyEvent => 'key' in event

/** Who inflicts the faults. */
export const DIRECTOR = 'director'
/** Who looks when all is over. */
export const AUDITOR = 'auditor'
