import type { ClaimOutcome } from '@idem/core'
import type { Breach, History, LifeName, Message, Run } from '../history'
import { claimOutcome, lifeOf, sameLife } from '../history'

/** An attempt as the store granted it. */
export interface Grant extends LifeName {
  readonly owner: string
  readonly attempt: number
  readonly fence: number
  readonly grantedAt: number
  /** Which record of the key: forgetting one begins the next. */
  readonly epoch: number
  /** How the attempt before it had ended. */
  readonly before: 'none' | 'retryable' | 'abandoned'
  /** Of the attempts before it in the same record, the last. */
  readonly previous: Grant | undefined
  readonly runs: readonly Run[]
  /** It was given back, as if it had not been granted. */
  isReleased?: boolean
  /** What was settled, if it was. */
  settled?: { readonly by: Message; readonly kind: 'succeeded' | 'retryable' | 'final' | 'abandoned' }
}

/** An answer that the store took as the final one of a record. */
export interface Publication {
  readonly epoch: number
  readonly at: number
  readonly grant: Grant | undefined
  /** Whether there is a value, and which. */
  readonly isOmitted: boolean
  readonly value: unknown
}

interface Held {
  state: 'running' | 'succeeded' | 'retryable' | 'final' | 'abandoned'
  owner: string
  grant: Grant
  leaseUntilMs: number
}

/** The record's life, told from what the store was asked and answered, and whether that was right of the store. */
export class Ledger {
  readonly grants: Grant[] = []
  readonly publications: Publication[] = []
  readonly breaches: Breach[] = []
  /** When records were forgotten: each ends an epoch. */
  readonly forgottenAt: number[] = []
  readonly #history: History
  #held: Held | undefined
  #epoch = 0
  #lastFence = 0

  constructor(history: History) {
    this.#history = history
    const executed = history.messages.filter(
      ({ executedAt, outcome }) => executedAt !== undefined && outcome !== undefined,
    )
    executed.sort((one, other) => (one.executedAt as number) - (other.executedAt as number))
    for (const message of executed) this.#enter(message)
  }

  /** The grant that a run belongs to. */
  grantOf(run: Run): Grant | undefined {
    return this.grants.find((grant) => sameLife(grant, run) && grant.fence === run.context.fence)
  }

  /** The grant in whose name something was sent. A claim that is sent again may be granted twice. */
  grantTo({ request, executedAt = Number.POSITIVE_INFINITY }: Message): Grant | undefined {
    return this.grants.findLast(({ owner, grantedAt }) => owner === request.owner && grantedAt < executedAt)
  }

  #enter(message: Message): void {
    const { method, outcome } = message
    const claimed = claimOutcome(message)
    if (claimed) this.#claimed(message, claimed)
    else if (outcome === true) {
      if (method === 'extend') this.#extended(message)
      if (method === 'complete') this.#completed(message)
      if (method === 'fail') this.#failed(message)
      if (method === 'release') this.#released(message)
      if (method === 'saveStep' && this.#held?.owner !== message.request.owner)
        this.#object(message, 'a stranger')
      if (method === 'resolve') this.#resolved(message)
      if (method === 'delete') this.#deleted(message)
    }
  }

  #claimed(message: Message, outcome: ClaimOutcome): void {
    if (outcome.type !== 'acquired') return
    const { owner = '', leaseMs = 0 } = message.request
    const { attempt, fence, takeover } = outcome
    const nowMs = message.executedMs as number
    const held = this.#held
    if (held?.owner === owner) {
      const same = held.state === 'running' && held.grant.attempt === attempt && held.grant.fence === fence
      if (!same) this.#object(message, 'an owner whose attempt is not running')
      held.leaseUntilMs = nowMs + leaseMs
      return
    }
    const before = this.#before(held, nowMs)
    if (before === 'held') this.#object(message, `somebody while ${held?.owner} holds a live lease`)
    if (before === 'settled') this.#object(message, 'somebody although there is a final answer')
    if (fence <= this.#lastFence) this.#object(message, `fence ${fence} after ${this.#lastFence}`)
    if (attempt !== (held?.grant.attempt ?? 0) + 1) this.#object(message, `attempt ${attempt} out of order`)
    if (takeover !== (before === 'abandoned')) this.#object(message, `takeover ${takeover}`)
    const grant: Grant = {
      process: message.process,
      life: message.life,
      owner,
      attempt,
      fence,
      grantedAt: message.executedAt as number,
      epoch: this.#epoch,
      before: before === 'retryable' || before === 'none' ? before : 'abandoned',
      previous: held?.grant,
      runs: this.#runsOf(message, fence),
    }
    this.grants.push(grant)
    this.#lastFence = fence
    this.#held = { state: 'running', owner, grant, leaseUntilMs: nowMs + leaseMs }
  }

  /**
   * The runs of a grant. A claim that was sent twice, with its record forgotten in between, is granted twice: then it is
   * the run of the first grant that settles the second.
   */
  #runsOf(message: Message, fence: number): readonly Run[] {
    const own = this.#history.runs.filter((run) => sameLife(run, message) && run.context.fence === fence)
    return own.length > 0 ? own : (this.grantTo(message)?.runs ?? own)
  }

  #before(held: Held | undefined, nowMs: number): Grant['before'] | 'held' | 'settled' {
    if (held === undefined) return 'none'
    if (held.state === 'running') return nowMs < held.leaseUntilMs ? 'held' : 'abandoned'
    return held.state === 'retryable' || held.state === 'abandoned' ? held.state : 'settled'
  }

  #extended(message: Message): void {
    const held = this.#own(message, 'running')
    if (held) held.leaseUntilMs = (message.executedMs as number) + (message.request.leaseMs ?? 0)
  }

  #completed(message: Message): void {
    const held = this.#own(message, 'running', 'succeeded')
    if (held === undefined || held.state === 'succeeded') return
    held.state = 'succeeded'
    held.grant.settled = { by: message, kind: 'succeeded' }
    const run = held.grant.runs.find((one) => one.result?.type === 'value' && !saysRerun(one))
    this.publications.push({
      epoch: this.#epoch,
      at: message.executedAt as number,
      grant: held.grant,
      isOmitted: message.request.value === undefined,
      value: run === undefined ? undefined : resultOf(run),
    })
  }

  #failed(message: Message): void {
    const kind = message.request.kind as 'retryable' | 'final' | 'abandoned'
    const held = this.#own(message, 'running', kind)
    if (held === undefined || held.state === kind) return
    held.state = kind
    held.grant.settled = { by: message, kind }
  }

  /** The record is what it was before the grant. */
  #released(message: Message): void {
    const held = this.#own(message, 'running')
    if (held === undefined) return
    const { previous, before, fence } = held.grant
    held.grant.isReleased = true
    // Nobody was handed it: it may be given again.
    this.#lastFence = fence - 1
    if (previous === undefined || before === 'none') this.#held = undefined
    else Object.assign(held, { grant: previous, state: before })
  }

  #resolved(message: Message): void {
    const held = this.#held
    const call = this.#history.calls.find((one) => sameLife(one, message) && one.type === 'resolve')
    const value = call?.resolvesWith
    const live = held?.state === 'running' && (message.executedMs as number) < held.leaseUntilMs
    if (held === undefined || live || held.state === 'final') this.#object(message, 'what it must not')
    if (held === undefined || held.state === 'succeeded') return
    held.state = 'succeeded'
    held.owner = message.request.owner ?? ''
    const at = message.executedAt as number
    this.publications.push({ epoch: this.#epoch, at, grant: undefined, isOmitted: false, value })
  }

  #deleted(message: Message): void {
    this.#held = undefined
    this.#epoch++
    this.forgottenAt.push(message.executedAt as number)
  }

  #own(message: Message, ...states: Held['state'][]): Held | undefined {
    const held = this.#held
    if (held?.owner === message.request.owner && held && states.includes(held.state)) return held
    this.#object(message, 'a stranger, or in a state that does not allow it')
    return undefined
  }

  #object(message: Message, what: string): void {
    const told = `the store let ${message.method} of ${lifeOf(message)} pass: ${what}`
    this.breaches.push({ rule: 'the store decides', message: told })
  }
}

/** Whether a reconcile function told that the handler is to run. */
export const saysRerun = ({ kind, result }: Run): boolean =>
  kind === 'reconcile' && result?.type === 'value' && result.value === 'rerun'

/** What a run gave: of a reconcile function, the value inside its verdict. */
export function resultOf({ kind, result }: Run): unknown {
  if (result?.type !== 'value') return undefined
  return kind === 'reconcile' ? (result.value as { value?: unknown }).value : result.value
}
