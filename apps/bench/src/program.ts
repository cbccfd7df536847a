import type { Progress } from '@idem/harness'
import type { Settings } from './settings'

/** What `bench` can be asked for by name: everything that is measured against one kind of server. */
export interface Program {
  /** As it is asked for, and as its place in the README is called. */
  readonly name: string
  readonly title: string
  /** Starts what the trials need, and knows how to end it. */
  open(): Promise<OpenProgram>
}

export interface OpenProgram {
  /** The server and its version, where there is one. */
  readonly server?: string | undefined
  readonly trials: readonly Trial[]
  /** Leaves nothing behind: neither keys nor connections nor a server that was started. */
  close(): Promise<void>
}

/** One question, and a table that answers it. */
export interface Trial {
  readonly name: string
  readonly title: string
  run(settings: TrialSettings): Promise<Report>
}

export interface TrialSettings extends Settings {
  /** Aborts when the run is to end early. */
  readonly signal: AbortSignal
  readonly progress: Progress
}

export interface Report {
  /** The table as Markdown, and what has to be said with it. */
  readonly text: string
  /** The same with every round's figure, for `--json`. */
  readonly figures: unknown
  /** A picture of the same for the documentation, as SVG. */
  readonly plot?: Plot | undefined
}

export interface Plot {
  /** Of its file, without the ending. */
  readonly name: string
  readonly svg: string
}
