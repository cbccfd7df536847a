import type { IdemError } from './errors'

/** What every event tells. */
export interface EventOrigin {
  /** The stored key: namespace, name, scope and key. */
  readonly key: string
  /** The operation's name, where it has one, as it stands in the stored key. */
  readonly name: string | undefined
}

export type IdemEvent = EventOrigin &
  (
    | {
        readonly type: 'started'
        readonly attempt: number
        readonly fence: number
        readonly takeover: boolean
      }
    /** In a transaction that the caller has open, this comes before the caller's own COMMIT. */
    | { readonly type: 'succeeded'; readonly attempt: number; readonly durationMs: number }
    /** A step was saved, or, if `replayed`, its result was there from an earlier attempt. */
    | {
        readonly type: 'step'
        readonly attempt: number
        readonly step: string
        readonly replayed: boolean
      }
    | {
        readonly type: 'failed'
        readonly attempt: number
        readonly durationMs: number
        readonly kind: 'retryable' | 'final' | 'abandoned'
        readonly error: unknown
      }
    /** Answered from a settled record. */
    | { readonly type: 'replayed'; readonly attempt: number; readonly from: 'store' | 'cache' }
    /** A caller got the outcome that another caller, or an attempt that it waited for, came to. */
    | { readonly type: 'shared'; readonly attempt: number }
    /** A caller began to wait for an attempt that runs elsewhere. */
    | { readonly type: 'waiting'; readonly attempt: number }
    /** A caller was refused, or gave up waiting. */
    | { readonly type: 'refused'; readonly error: IdemError }
    | { readonly type: 'lease-lost'; readonly attempt: number; readonly reason: 'taken' | 'silent' }
    | {
        readonly type: 'value-omitted'
        readonly attempt: number
        readonly step?: string
        readonly error: IdemError
      }
    | { readonly type: 'unsettled'; readonly attempt: number; readonly error: IdemError }
    /** A call to the store failed; `final` when it is not sent again. */
    | {
        readonly type: 'store-failed'
        readonly call: string
        readonly error: unknown
        readonly final: boolean
      }
    /** What the store says, once, of its server's set-up: it endangers what idem promises. */
    | { readonly type: 'store-warning'; readonly message: string }
    /** The store was down and the handler ran without protection, as `onStoreDown: 'run'` asks. */
    | { readonly type: 'unprotected'; readonly error: IdemError }
  )

/** Is told what happens. It is never waited for, and what it throws or rejects is dropped. */
export type Observer = (event: IdemEvent) => unknown
