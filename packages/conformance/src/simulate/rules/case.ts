import type { Answer, Call, History, Message, Run } from '../history'
import { lifeOf, sameLife } from '../history'
import { SIMULATED } from '../scenario'
import { Ledger } from './ledger'

/** What a rule judges: a finished history, and the record's life as the store saw it. */
export class Case {
  readonly ledger: Ledger

  constructor(readonly history: History) {
    this.ledger = new Ledger(history)
  }

  /** Calls that were answered and expected one answer from all. */
  *answered(): Generator<Call & { readonly answer: Answer }> {
    for (const call of this.history.calls) {
      if (call.type === 'execute' && call.answer) yield call as Call & { readonly answer: Answer }
    }
  }

  /** The calls to the store of one life of a process. */
  messagesOf(life: Call | Run | Message): Message[] {
    return this.history.messages.filter((message) => sameLife(message, life))
  }

  /** Runs without a record behind them, as `onStoreDown: 'run'` allows. */
  isUnprotected(run: Run): boolean {
    return this.history.scenario.options?.onStoreDown === 'run' && this.ledger.grantOf(run) === undefined
  }

  /** Whether the call was answered by, or along with, an unprotected run. */
  isUnprotectedCall(call: Call): boolean {
    return this.history.runs.some((run) => sameLife(run, call) && this.isUnprotected(run))
  }
}

/** The stable code of one of the engine's errors; it survives two copies of the engine. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

export const got = (call: Call): string =>
  `${call.isEpilogue ? 'the call at the end' : `a call of ${lifeOf(call)}`} got`

/** Whether a reply came before its call was given up for sure: what comes too late is not heard. */
export const isHeard = ({ sentMs, deliveredMs = NEVER }: Message): boolean =>
  deliveredMs - sentMs < SIMULATED.storeTimeout

export const NEVER = Number.POSITIVE_INFINITY
