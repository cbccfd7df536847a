import type { Settled } from './store'

/** An answer that can no longer change. */
export type FinalAnswer = Settled & { readonly retryable: false }

/**
 * A place that is quicker to read than the store and may forget anything at any time. It holds final answers only, so
 * that it can be late but never wrong.
 */
export interface RecordCache {
  /** The answer, with what is left of its retention now. */
  get(key: string): Promise<FinalAnswer | undefined> | FinalAnswer | undefined
  /** Keeps an answer for at most `answer.retentionMs` from now. */
  put(key: string, answer: FinalAnswer): Promise<void> | void
  delete(key: string): Promise<void> | void
}
