import type { Execution } from './engine/engine'
import type { IdemRecord } from './idem-record'

/** A function that runs once per key. Its own signature stays; beside it are the ways to look at and settle its records. */
export interface Wrapped<Args extends readonly unknown[], Result> {
  (...args: Args): Promise<Result>
  /** Like the call, and tells whether the answer is another call's. */
  execute(...args: Args): Promise<Execution<Result>>
  /** The record of these arguments' key. */
  inspect(...args: Args): Promise<IdemRecord | undefined>
  /** Removes it. */
  forget(...args: Args): Promise<boolean>
  /** Settles it by hand. */
  resolve(args: Args, value: Result): Promise<boolean>
}
