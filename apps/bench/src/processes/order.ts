/** The store that a process is to work on, and which of all processes it is. */
export interface WorkerOrder {
  readonly store: 'redis' | 'postgres' | 'mongo'
  readonly url: string
  /** Where PostgreSQL has its tables. */
  readonly schema: string
  /** What all keys contain. */
  readonly mark: string
  readonly worker: number
}

/** `first`: keys that nobody else calls; `replay`: keys that have their answer; `duplicates`: the same keys, all at once. */
export const KINDS = { first: 'first execution', replay: 'replay', duplicates: 'duplicates' } as const

export type Kind = keyof typeof KINDS

export interface TurnOrder {
  readonly kind: Kind
  /** How many calls are under way. */
  readonly inFlight: number
  readonly turnMs: number
  /** Where keys begin that nobody has called yet: for duplicates, the same for all processes. */
  readonly from: number
}

/** What a process has done in its turn. */
export interface TurnDone {
  readonly calls: number
  /** Calls a second. */
  readonly rate: number
  /** What it has used of processors, in µs. */
  readonly cpuMicros: number
  /** How often a handler ran. */
  readonly runs: number
  /** Of duplicates, for one key after another: which run was answered. */
  readonly answers: readonly string[]
}

/** What a process tells whoever started it. */
export type Told = { readonly done: TurnDone | 'ready' } | { readonly failed: string }
