import type { Idem, IdemOptions, Store } from '@idem/core'
import { type Budget, FaultCounter } from '../budget'
import type { FaultKind, History, LifeName } from '../history'
import { lifeOf } from '../history'
import { type ExecutePlan, type Scenario, SIMULATED } from '../scenario'
import type { Choice, Chooser } from './choice'
import { FaultChoices } from './fault-choices'
import { Life } from './life'
import { Request } from './network'
import { nextTurn } from './next-turn'
import type { RunWork } from './run-work'

/** The engine under test: `Idem`, or a changed one that must be found out. */
export type IdemUnderTest = new (options: IdemOptions) => Pick<Idem, 'execute' | 'forget' | 'resolve'>

export interface WorldOptions {
  readonly idem: IdemUnderTest
  /** The store, on the virtual clock. */
  readonly store: (clock: () => number) => Store
  readonly scenario: Scenario
  readonly processes: number
  readonly budget: Budget
  /** Where to write down what happens, for people. */
  readonly notes?: Note[]
}

export interface Note {
  readonly ms: number
  readonly who: string
  readonly text: string
}

/** Virtual time on the store's clock begins here. */
const EPOCH_MS = 1_700_000_000_000
/** A history that is longer than this goes on for ever. */
const MOST_CHOICES = 1000

/** One run through a scenario: processes, a store, a network and a clock, in which nothing happens unless chosen. */
export class World {
  readonly options: WorldOptions
  readonly history: History
  readonly store: Store
  readonly faults: FaultCounter
  /** What waits to happen, in the order in which it came up. */
  readonly pending: Choice[] = []
  /** What may happen. */
  readonly optional: Choice[] = []
  readonly lives: Life[] = []
  /** Handlers that have not ended. */
  readonly works = new Set<RunWork>()
  nowMs = 0
  /** How far the store's clock has jumped ahead of the processes' time, or back. */
  jumpedMs = 0
  /** Until when nobody else can have the record, on the store's clock. */
  heldUntilMs = 0
  downUntilMs = 0
  /** How many choices were taken. */
  turn = 0
  /** Whether there is nothing left but the call at the end. */
  isOver = false
  #order = 0
  readonly #faultChoices = new FaultChoices(this)
  readonly #rest = (): readonly Choice[] => [...this.optional, ...this.#faultChoices.all()]

  constructor(options: WorldOptions) {
    const { scenario, processes, budget, store, notes } = options
    this.options = options
    this.note =
      notes &&
      ((who, text) =>
        notes.push({ ms: this.nowMs, who: typeof who === 'string' ? who : lifeOf(who), text: text() }))
    this.faults = new FaultCounter(budget)
    this.history = {
      scenario,
      calls: [],
      messages: [],
      runs: [],
      faults: [],
      leftovers: [],
      elapsedMs: 0,
      endedAt: Number.POSITIVE_INFINITY,
      ended: true,
    }
    this.store = store(() => EPOCH_MS + this.storeMs)
    for (const [process, { calls, restarts = 1 }] of scenario.scripts(processes).entries()) {
      this.lives.push(new Life(this, { process, life: 0 }, calls, restarts))
    }
  }

  /** What the store's clock says, from its beginning. */
  get storeMs(): number {
    return this.nowMs + this.jumpedMs
  }

  /** The next place in the order of events. */
  place(): number {
    return this.#order++
  }

  /** Writes down what happens, if somebody wants to read it. */
  readonly note: ((who: LifeName | string, text: () => string) => void) | undefined

  #recordFault(kind: FaultKind): void {
    this.faults.spend(kind)
    this.history.faults.push({ kind, at: this.place() })
  }

  remove(choice: Choice): void {
    const index = this.pending.indexOf(choice)
    if (index >= 0) this.pending.splice(index, 1)
  }

  /** Plays the history to its end. `false`: the chooser broke it off. */
  async play(choose: Chooser): Promise<boolean> {
    if (!(await this.#playOut(choose))) return false
    this.history.elapsedMs = this.nowMs
    this.#collectLeftovers()
    if (this.history.ended) await this.#askAfterwards()
    return true
  }

  #playOut(choose: Chooser): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const next = () => {
        try {
          const isDone = this.#takeNext(choose)
          if (isDone === undefined) nextTurn(next)
          else resolve(isDone)
        } catch (error) {
          reject(error)
        }
      }
      nextTurn(next)
    })
  }

  /** Takes one choice. `true`: there was none. `false`: the chooser took none. */
  #takeNext(choose: Chooser): boolean | undefined {
    for (const work of this.works) work.noteAbort()
    const ready = this.#ready()
    if (ready.length === 0) return true
    const choice = choose(ready, this.#rest)
    if (choice === undefined) return false
    if (this.turn++ === MOST_CHOICES) {
      this.history.ended = false
      return true
    }
    if (choice.fault) this.#recordFault(choice.fault)
    choice.take()
    return undefined
  }

  #ready(): readonly Choice[] {
    let ready = this.pending
    for (const life of this.lives) if (life.isAlarmDue) ready = [...ready, life.alarm]
    // Time passes when nothing else can happen; what was given up keeps nobody from going on.
    const mayWait = ready.every((choice) => choice instanceof Request && choice.isCut) && this.#mayWait()
    return mayWait ? [...ready, ...this.#faultChoices.wait()] : ready
  }

  /** Whether anybody waits for a timer. When all is answered and no fault happened, nobody may. */
  #mayWait(): boolean {
    if (this.lives.some((life) => life.isBusy)) return true
    return this.history.faults.length > 0 && this.lives.some(({ timers }) => timers.foreground > 0)
  }

  #collectLeftovers(): void {
    const { leftovers } = this.history
    for (const life of this.lives) leftovers.push(...life.leftovers())
  }

  /** When all is over, a fresh process asks what became of the key. */
  async #askAfterwards(): Promise<void> {
    this.faults.exhaust()
    this.isOver = true
    this.history.endedAt = this.place()
    const heldMs = Math.max(SIMULATED.lease, this.heldUntilMs - this.storeMs)
    this.nowMs = Math.max(this.nowMs, this.downUntilMs) + heldMs + 1
    this.note?.('clock', () => 'all is over; every lease has run out')
    const handler: ExecutePlan['handler'] = async ({ label }) => label
    const options = this.#firstPlan()?.options ?? {}
    this.lives.push(
      new Life(
        this,
        { process: this.lives.length, life: 0 },
        [{ type: 'execute', handler, options }],
        0,
        true,
      ),
    )
    await this.#playOut(([first]) => first)
  }

  #firstPlan(): ExecutePlan | undefined {
    const { scenario, processes } = this.options
    for (const { calls } of scenario.scripts(processes)) {
      for (const plan of calls) if (plan.type === 'execute') return plan
    }
    return undefined
  }
}
