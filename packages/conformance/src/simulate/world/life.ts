import type { AttemptContext, IdemOptions, Reconciled } from '@idem/core'
import { type Answer, type Call, type FaultKind, type LifeName, type Run, shownAnswer } from '../history'
import { type CallPlan, type ExecutePlan, SIMULATED } from '../scenario'
import type { Choice } from './choice'
import { portOf, Request } from './network'
import { RunWork } from './run-work'
import { Timers } from './timers'
import { runtimeOf } from './virtual-runtime'
import type { IdemUnderTest, World } from './world'

const KEY = 'k'

/** One life of a process, from its start to its crash: an engine of its own, its timers and its callers. */
export class Life {
  readonly id: string
  readonly timers = new Timers()
  readonly watches = new Set<AbortSignal>()
  /** Its next timer going off; to be chosen when it is due. */
  readonly alarm: Choice
  readonly crash: Choice
  /** What it sent is still under way. */
  readonly crashAfterSending: Choice
  isAlive = true
  readonly #plans: readonly CallPlan[]
  readonly #idem: InstanceType<IdemUnderTest>
  readonly #calls: Call[] = []
  readonly #leaves = new Map<Call, Choice>()
  #running = 0
  #unanswered = 0
  #ids = 0

  constructor(
    readonly world: World,
    readonly name: LifeName,
    plans: readonly CallPlan[],
    readonly restarts: number,
    readonly isEpilogue = false,
  ) {
    this.id = `${name.process}.${name.life}.`
    this.#plans = plans
    this.alarm = this.#local('alarm', undefined, () => this.timers.fire())
    this.crash = this.#local('crash', 'crash', () => this.#crash(false))
    this.crashAfterSending = this.#local('crash+', 'crash', () => this.#crash(true))
    const { idem, scenario } = world.options
    const options: IdemOptions = {
      ...SIMULATED,
      ...scenario.options,
      store: portOf(this, world),
      runtime: runtimeOf(this),
    }
    this.#idem = new idem(options)
    this.#offer()
  }

  nextId(): number {
    return this.#ids++
  }

  /** Whether a crash would be noticed. */
  get isBusy(): boolean {
    return this.#unanswered > 0 || this.#running > 0
  }

  hasRequests(): boolean {
    return this.world.pending.some((choice) => choice instanceof Request && choice.life === this)
  }

  /** When its next timer is due after a time. Nobody waits for the background timers of a process at rest. */
  nextDueAfter(ms: number): number {
    return this.isBusy || this.timers.foreground > 0 ? this.timers.nextDueAfter(ms) : Number.POSITIVE_INFINITY
  }

  /** Whether its next timer is to go off now. */
  get isAlarmDue(): boolean {
    const { world, timers } = this
    return timers.isOverdue(world.nowMs) && (this.isBusy || timers.foreground > 0 || world.isOver)
  }

  leftovers(): string[] {
    if (!this.isAlive) return []
    const left: string[] = []
    if (this.timers.foreground > 0) left.push('a timer that keeps the process alive')
    for (const signal of this.watches) if (!signal.aborted) left.push('a watch')
    return left
  }

  /** Nothing of the process goes on: its timers are gone, what waits for it is dropped, nobody hears its callers. */
  #crash(keepsRequests: boolean): void {
    const { world } = this
    world.note?.(this.name, () => `✗ crashes${keepsRequests ? '; what it sent is still under way' : ''}`)
    this.isAlive = false
    this.timers.clear()
    const mine = world.pending.filter(({ id }) => id.startsWith(this.id))
    for (const choice of mine) if (!(keepsRequests && choice instanceof Request)) world.remove(choice)
    for (const call of this.#calls) {
      if (call.answer) continue
      call.isDead = true
      this.#withdraw(call)
    }
    if (this.restarts > 0) this.#restart()
  }

  #restart(): void {
    const { world } = this
    const left = this.#plans.filter((_, index) => this.#calls[index]?.answer === undefined)
    const name = { process: this.name.process, life: this.name.life + 1 }
    const restart = this.#local('restart', undefined, () => {
      world.remove(restart)
      world.note?.(name, () => 'starts again')
      world.lives.push(new Life(world, name, left, this.restarts - 1))
    })
    world.pending.push(restart)
  }

  /** The next call can begin. */
  #offer(): void {
    const { world } = this
    const index = this.#calls.length
    const plan = this.#plans[index]
    if (plan === undefined || (plan.isLater && index > 0 && this.#calls[index - 1]?.answer === undefined))
      return
    const start = this.#local(`call${index}`, undefined, () => {
      world.remove(start)
      this.#begin(plan, index)
      this.#offer()
    })
    world.pending.push(start)
  }

  #begin(plan: CallPlan, index: number): void {
    const { world } = this
    const call: Call = {
      ...this.name,
      type: plan.type,
      id: `${this.id}call${index}`,
      isEpilogue: this.isEpilogue,
      fingerprint: plan.type === 'execute' ? plan.options?.fingerprint : undefined,
      resolvesWith: plan.type === 'resolve' ? plan.value : undefined,
      startedAt: world.place(),
      startedMs: world.nowMs,
      isDead: false,
    }
    world.history.calls.push(call)
    this.#calls.push(call)
    this.#unanswered++
    world.note?.(this.name, () => `${plan.type} (call ${index + 1})`)
    this.#ask(plan, call).then(
      (value) => this.#answered(call, index, value as Answer),
      (error: unknown) => this.#answered(call, index, { type: 'error', error }),
    )
  }

  async #ask(plan: CallPlan, call: Call): Promise<Answer> {
    if (plan.type === 'forget') return { type: 'value', value: await this.#idem.forget(KEY) }
    if (plan.type === 'resolve') return { type: 'value', value: await this.#idem.resolve(KEY, plan.value) }
    const { onAbandoned } = this.world.options.scenario
    const reconcile =
      typeof onAbandoned === 'function'
        ? (context: AttemptContext) =>
            this.#run(call, 'reconcile', context, onAbandoned) as Promise<Reconciled>
        : onAbandoned
    const options = {
      ...plan.options,
      ...(reconcile && { onAbandoned: reconcile }),
      ...(plan.mayLeave && { signal: this.#leaving(call) }),
    }
    const handler = (context: AttemptContext) => this.#run(call, 'handler', context, plan.handler)
    return { type: 'value', ...(await this.#idem.execute(KEY, handler, options)) }
  }

  #answered(call: Call, index: number, answer: Answer): void {
    const { world } = this
    call.answer = answer
    call.answeredAt = world.place()
    call.answeredMs = world.nowMs
    this.#unanswered--
    this.#withdraw(call)
    world.note?.(this.name, () => `call ${index + 1} gets ${shownAnswer(answer)}`)
    if (this.#plans[this.#calls.length]?.isLater && this.#calls.length === index + 1) this.#offer()
  }

  #leaving(call: Call): AbortSignal {
    const { world } = this
    const controller = new AbortController()
    const leave = this.#local(`leave${this.nextId()}`, undefined, () => {
      this.#withdraw(call)
      call.leftAt = world.place()
      world.note?.(this.name, () => 'its caller leaves')
      controller.abort(new Error('the caller left'))
    })
    world.optional.push(leave)
    this.#leaves.set(call, leave)
    return controller.signal
  }

  /** From here on the caller can no longer leave. */
  #withdraw(call: Call): void {
    const { optional } = this.world
    const leave = this.#leaves.get(call)
    if (leave && optional.includes(leave)) optional.splice(optional.indexOf(leave), 1)
  }

  async #run(
    call: Call,
    kind: Run['kind'],
    context: AttemptContext,
    body: ExecutePlan['handler'],
  ): Promise<unknown> {
    const work = new RunWork(this, call, kind, context)
    this.#running++
    try {
      const value = await body(work)
      work.end({ type: 'value', value })
      return value
    } catch (error) {
      work.end({ type: 'error', error })
      throw error
    } finally {
      this.#running--
    }
  }

  #local(what: string, fault: FaultKind | undefined, take: () => void): Choice {
    return { id: `${this.id}${what}`, process: this.name.process, isStore: false, fault, take }
  }
}
