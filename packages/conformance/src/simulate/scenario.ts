import type { AttemptContext, IdemOptions, Reconciled, RunOptions } from '@idem/core'

/** Omits from each kind of options that exclude one another. */
type Without<Options, Key extends PropertyKey> = Options extends unknown ? Omit<Options, Key> : never

/** A small story about one key: what each process does. The simulator tells it in every way it can go. */
export interface Scenario {
  /** Seeds refer to it. */
  readonly name: string
  readonly about: string
  /** How every process's engine is set up; durations default to {@link SIMULATED}. */
  readonly options?: Without<IdemOptions, 'store' | 'runtime' | 'observer' | 'onAbandoned'>
  readonly onAbandoned?: 'rerun' | 'reject' | ((work: Work) => Promise<Reconciled>)
  /** Whether the store tells of changes, or has to be polled. */
  readonly watch?: boolean
  /** What a number of processes, at least two, do. */
  readonly scripts: (processes: number) => readonly Script[]
}

/** What one process does. The calls begin in this order, each at any time. */
export interface Script {
  readonly calls: readonly CallPlan[]
  /** How often it starts again after a crash, to repeat the calls that were not answered. Default 1. */
  readonly restarts?: number
}

export type CallPlan = ExecutePlan | ForgetPlan | ResolvePlan

interface Plan {
  /** Begins only when the call before it has been answered. */
  readonly isLater?: boolean
}

export interface ExecutePlan extends Plan {
  readonly type: 'execute'
  readonly handler: Handler
  readonly options?: Without<RunOptions, 'signal' | 'onAbandoned'>
  /** The caller may leave at any time before it is answered. */
  readonly mayLeave?: boolean
}

export interface ForgetPlan extends Plan {
  readonly type: 'forget'
}

export interface ResolvePlan extends Plan {
  readonly type: 'resolve'
  readonly value: string
}

export type Handler = (work: Work) => Promise<unknown>

/** What a simulated handler can do; every call is a point at which anything else may happen first. */
export interface Work {
  readonly context: AttemptContext
  /** Text that tells this run from every other. */
  readonly label: string
  /** Does something that the outside world sees. */
  effect(): Promise<void>
  /** Takes virtual time. */
  sleep(ms: number): Promise<void>
  /** A step of the attempt, with an effect in it; gives what it was saved with. */
  step(name: string): Promise<string>
}

/** Durations that keep histories short: few beats to a lease, few sends to a settle. */
export const SIMULATED = {
  lease: 300,
  storeTimeout: 50,
  settleTimeout: 180,
  waitTimeout: 600_000,
} as const

/** What a call's message of failure begins with when the scenario means it to be final. */
export const FINAL = 'final: '
