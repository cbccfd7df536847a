import type { Figures } from '../results/figures'

/** A command that shows something. */
export interface Run {
  readonly name: string
  /** What a reader types to have the same, in the repository's folder. */
  readonly command: string
  /** What has the command write its figures to a file; the file's name follows. */
  readonly json?: string
  /** About how long it takes, on two cores with nothing else to do. */
  readonly minutes: number
  /** @throws RunFailed if it ran and shows that something does not hold */
  readonly read: (output: Output) => Figures
}

/** What a command that ended with 0 has left. */
export interface Output {
  readonly printed: string
  /** What it wrote to the file, parsed; `undefined` where it writes none. */
  readonly json: unknown
  /** The repository's folder: paths are told from there. */
  readonly root: string
}

/** What was run does not hold. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}
