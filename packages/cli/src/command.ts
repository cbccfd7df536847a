import type { Arguments, Options } from './arguments'
import type { OpenStore } from './stores/open-store'
import type { Terminal } from './terminal/terminal'

/** What a command has to work with. */
export interface Ground extends OpenStore {
  readonly terminal: Terminal
  /** When somebody wants it to end. What has begun to be written is written nevertheless. */
  readonly signal: AbortSignal
  /** What can be told of an error, without secrets. */
  reasonOf(error: unknown): string
}

/** Does what was asked for. @throws CommandFailure, StoreError */
export type Job = (ground: Ground) => Promise<void>

export interface Command {
  /** As it is typed, without options. */
  readonly usage: string
  readonly summary: string
  /** What one should know before it is used. */
  readonly about: string
  readonly options: Options
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Checks what was typed, before any store is opened. @throws CommandFailure */
  plan(typed: Arguments): Job | Promise<Job>
}
