import type { AttemptContext } from '@idem/core'
import { type Answer, type Call, lifeOf, type Run, shownAnswer } from '../history'
import type { Work } from '../scenario'
import type { Choice } from './choice'
import type { Life } from './life'

/** A handler at work in one life of a process. */
export class RunWork implements Work {
  readonly label: string
  readonly #life: Life
  readonly #run: Run

  constructor(
    life: Life,
    call: Call,
    kind: Run['kind'],
    readonly context: AttemptContext,
  ) {
    const { world } = life
    this.#life = life
    this.label = `${kind} of ${call.id}, attempt ${context.attempt}`
    const run: Run = {
      ...life.name,
      kind,
      call,
      context,
      startedAt: world.place(),
      startedMs: world.nowMs,
      steps: [],
      given: [],
      effects: 0,
      passes: [],
    }
    this.#run = run
    world.history.runs.push(run)
    world.note?.(life.name, () => `${kind} starts: attempt ${context.attempt}, fence ${context.fence}`)
    // As it was left by what ran before in the same attempt.
    if (context.signal.aborted) Object.assign(run, { abortedAt: -1, abortedMs: -1, abortedIn: -1 })
    world.works.add(this)
  }

  /** Notes when the signal aborted: asked for, as a listener would tie every history to the signals of all others. */
  noteAbort(): void {
    const run = this.#run
    const { signal } = this.context
    if (run.abortedAt !== undefined || !signal.aborted) return
    const { world, name } = this.#life
    run.abortedAt = world.place()
    run.abortedMs = world.nowMs
    run.abortedIn = world.turn
    world.note?.(name, () => `its signal has aborted: ${String(signal.reason)}`)
  }

  async effect(): Promise<void> {
    await this.#turn('effect')
    this.#run.effects++
    this.#life.world.note?.(this.#life.name, () => 'effect')
  }

  async sleep(ms: number): Promise<void> {
    const { world, timers } = this.#life
    await new Promise<void>((resolve) => timers.schedule(world.nowMs + ms, resolve))
    this.#pass()
  }

  async step(name: string): Promise<string> {
    const { world } = this.#life
    const given = await this.context.step(name, async () => {
      await this.#turn(`step ${name}`)
      const value = `${name} of ${lifeOf(this.#run)}`
      this.#run.steps.push({ name, ranAt: world.place(), value })
      world.note?.(this.#life.name, () => `step ${name} runs`)
      return value
    })
    this.#run.given.push({ name, value: given })
    return given
  }

  end(result: Answer): void {
    const { world, name } = this.#life
    this.noteAbort()
    world.works.delete(this)
    this.#run.result = result
    this.#run.endedAt = world.place()
    world.note?.(name, () => `${this.#run.kind} ends: ${shownAnswer(result)}`)
  }

  /** Waits until chosen. */
  #turn(what: string): Promise<void> {
    const { world, id, name } = this.#life
    return new Promise((resolve) => {
      const choice: Choice = {
        id: `${id}${this.#life.nextId()} ${what}`,
        process: name.process,
        isStore: false,
        fault: undefined,
        take: () => {
          world.remove(choice)
          this.#pass()
          resolve()
        },
      }
      world.pending.push(choice)
    })
  }

  #pass(): void {
    const { world, timers } = this.#life
    const { aborted } = this.context.signal
    const overdue = timers.isOverdue(world.nowMs)
    this.#run.passes.push({ at: world.place(), ms: world.nowMs, aborted, overdue })
  }
}
