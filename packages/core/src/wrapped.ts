import type { Execution } from './engine/engine'
import type { IdemRecord } from './idem-record'

export type AnyFunction = (...args: never[]) => unknown

/** A function that runs once per key; beside it are the ways to look at and settle its records. */
export type Wrapped<Fn extends AnyFunction> = Promising<Fn> &
  WrappedRecords<Parameters<Fn>, Awaited<ReturnType<Fn>>>

/** The function's own signature, generics and overloads included, if what it returns is a promise and nothing more. */
export type Promising<Fn extends AnyFunction> = [ReturnType<Fn>] extends [Promise<unknown>]
  ? Promise<Awaited<ReturnType<Fn>>> extends ReturnType<Fn>
    ? Fn
    : Promised<Fn>
  : Promised<Fn>

type Promised<Fn extends AnyFunction> = (...args: Parameters<Fn>) => Promise<Awaited<ReturnType<Fn>>>

export interface WrappedRecords<Args extends readonly unknown[], Result> {
  /** Like the call, and tells whether the answer is another call's. */
  execute(...args: Args): Promise<Execution<Result>>
  /** The record of these arguments' key. */
  inspect(...args: Args): Promise<IdemRecord | undefined>
  /** Removes it. */
  forget(...args: Args): Promise<boolean>
  /** Settles it by hand. */
  resolve(args: Args, value: Result): Promise<boolean>
}
