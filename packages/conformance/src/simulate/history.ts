import type { AttemptContext, ClaimOutcome } from '@idem/core'
import type { Scenario } from './scenario'

/** Everything that happened in one history, for the rules to judge. Numbers called `…At` are places in its order. */
export interface History {
  readonly scenario: Scenario
  readonly calls: Call[]
  readonly messages: Message[]
  readonly runs: Run[]
  readonly faults: Fault[]
  /** What was still there when nothing was left to do. */
  readonly leftovers: string[]
  /** Virtual milliseconds from the first choice to the last. */
  elapsedMs: number
  /** Where the call at the end begins: from here on nobody else has anything to do. */
  endedAt: number
  /** Whether it came to an end, rather than going on and on. */
  ended: boolean
}

/** One life of a process: a restarted process is another one. */
export interface LifeName {
  readonly process: number
  readonly life: number
}

/** A call of the engine's public face. */
export interface Call extends LifeName {
  readonly type: 'execute' | 'forget' | 'resolve'
  readonly id: string
  /** The fresh call that asks, after all is over, what became of the record. */
  readonly isEpilogue: boolean
  readonly fingerprint?: unknown
  readonly resolvesWith?: unknown
  readonly startedAt: number
  readonly startedMs: number
  leftAt?: number
  answeredAt?: number
  answeredMs?: number
  answer?: Answer
  /** Its process crashed before it was answered. */
  isDead: boolean
}

export type Answer =
  | {
      readonly type: 'value'
      readonly value: unknown
      readonly replayed?: boolean
      readonly attempt?: number
    }
  | { readonly type: 'error'; readonly error: unknown }

export type StoreMethod =
  | 'claim'
  | 'extend'
  | 'complete'
  | 'fail'
  | 'release'
  | 'saveStep'
  | 'resolve'
  | 'get'
  | 'delete'
  | 'list'
  | 'watch'

/** A call to the store on its way through the network. */
export interface Message extends LifeName {
  readonly id: number
  readonly method: StoreMethod
  /** What the store is asked, as the engine gave it. */
  readonly request: StoreRequest
  readonly sentAt: number
  readonly sentMs: number
  /** When the store did it, if it did. */
  executedAt?: number
  /** On the store's clock. */
  executedMs?: number
  outcome?: unknown
  /** When the process learned of the outcome, if it did. */
  deliveredAt?: number
  /** Which choice delivered it: what the process does at once, it does within this choice. */
  deliveredIn?: number
  deliveredMs?: number
  /** When the process was told that the call failed. */
  rejectedAt?: number
}

/** The arguments that rules and readers look at. */
export interface StoreRequest {
  readonly owner?: string
  readonly fingerprint?: string
  readonly leaseMs?: number
  readonly maxAttempts?: number
  readonly onAbandoned?: string
  readonly waitedFor?: number
  readonly value?: string
  readonly kind?: string
  readonly failure?: string
  readonly name?: string
}

/** One run of a handler, or of a reconcile function in its place. */
export interface Run extends LifeName {
  readonly kind: 'handler' | 'reconcile'
  readonly call: Call
  readonly context: AttemptContext
  readonly startedAt: number
  readonly startedMs: number
  readonly steps: StepRun[]
  /** What its steps gave it, whether they ran or had been saved. */
  readonly given: { readonly name: string; readonly value: unknown }[]
  effects: number
  /** Each time it went on after waiting. */
  readonly passes: Pass[]
  abortedAt?: number
  abortedMs?: number
  abortedIn?: number
  endedAt?: number
  result?: Answer
}

export interface StepRun {
  readonly name: string
  readonly ranAt: number
  readonly value: unknown
}

export interface Pass {
  readonly at: number
  readonly ms: number
  readonly aborted: boolean
  /** Whether a timer of the process was late then. */
  readonly overdue: boolean
}

export type FaultKind = 'crash' | 'loss' | 'lapse' | 'outage' | 'tick' | 'jump' | 'late'

export interface Fault {
  readonly kind: FaultKind
  readonly at: number
}

/** What breaks a rule of the promise. */
export interface Breach {
  readonly rule: string
  readonly message: string
}

export const lifeOf = ({ process, life }: LifeName): string => `p${process + 1}${'′'.repeat(life)}`

export const sameLife = (one: LifeName, other: LifeName): boolean =>
  one.process === other.process && one.life === other.life

/** The outcome of an executed claim. */
export function claimOutcome(message: Message): ClaimOutcome | undefined {
  return message.method === 'claim' ? (message.outcome as ClaimOutcome | undefined) : undefined
}

export function countFaults({ faults }: History, ...kinds: FaultKind[]): number {
  return faults.filter(({ kind }) => kinds.includes(kind)).length
}

/** An answer as people read it. */
export function shownAnswer(answer: Answer): string {
  if (answer.type === 'value')
    return `${JSON.stringify(answer.value) ?? String(answer.value)}${answer.replayed ? ' (replayed)' : ''}`
  const { error } = answer
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
