import type { FaultKind } from '../history'
import { SIMULATED } from '../scenario'
import type { Choice } from './choice'
import { Reply, Request } from './network'
import type { World } from './world'

/** How long the store is down: longer than anybody keeps trying to settle. */
const OUTAGE_MS = 200

/** Everything that can go wrong, as far as the number of faults allows, and the passing of time. */
export class FaultChoices {
  readonly #world: World
  readonly #wait: Choice
  readonly #tick: Choice
  readonly #lapse: Choice
  readonly #outage: Choice
  readonly #ahead: Choice
  readonly #back: Choice

  constructor(world: World) {
    this.#world = world
    this.#wait = everybody('wait', undefined, () => this.#advance(''))
    this.#tick = everybody('tick', 'tick', () => this.#advance(', while something was slow'))
    this.#lapse = everybody('lapse', 'lapse', () => this.#lapseAll())
    this.#outage = everybody('outage', 'outage', () => this.#goDown())
    this.#ahead = everybody('jump+', 'jump', () => this.#jump(SIMULATED.lease + 1))
    this.#back = everybody('jump-', 'jump', () => this.#jump(-SIMULATED.lease))
  }

  /** What can go wrong now. */
  *all(): Generator<Choice> {
    const { faults, pending, lives, heldUntilMs, downUntilMs, nowMs, storeMs } = this.#world
    if (faults.isSpent) return
    if (faults.allows('tick') && pending.length > 0 && this.#nextDueMs <= nowMs + SIMULATED.lease)
      yield this.#tick
    if (faults.allows('loss')) {
      for (const choice of pending) {
        if (!(choice instanceof Request || choice instanceof Reply) || !choice.life.isAlive) continue
        const { loss } = choice
        if (loss) yield loss
      }
    }
    if (faults.allows('late')) {
      for (const choice of pending) {
        if (choice instanceof Request && choice.life.isAlive && !choice.isCut) yield choice.late
      }
    }
    // What a process has sent may be lost with it, or arrive all the same.
    if (faults.allows('crash')) {
      for (const life of lives) {
        if (!life.isAlive || !life.isBusy) continue
        yield life.crash
        if (life.hasRequests()) yield life.crashAfterSending
      }
    }
    if (faults.allows('lapse') && heldUntilMs > storeMs) yield this.#lapse
    if (faults.allows('jump') && heldUntilMs > storeMs) yield this.#ahead
    if (faults.allows('jump') && heldUntilMs > 0) yield this.#back
    if (faults.allows('outage') && downUntilMs <= nowMs) yield this.#outage
  }

  /** The passing of time, where there is anything to wait for. */
  wait(): Choice[] {
    return this.#nextDueMs < NEVER ? [this.#wait] : []
  }

  get #nextDueMs(): number {
    const { lives, nowMs } = this.#world
    let next = NEVER
    for (const life of lives) next = Math.min(next, life.nextDueAfter(nowMs))
    return next
  }

  /**
   * Time passes until the next timer is due. It costs nothing while everybody waits for it; as a fault, it passes, for
   * a lease at most, while something else could have happened, which then was slow.
   */
  #advance(why: string): void {
    const world = this.#world
    world.nowMs = this.#nextDueMs
    world.note?.('clock', () => `${world.nowMs} ms${why}`)
  }

  /** Everybody is so slow that leases run out, with all messages where they are and all timers late. */
  #lapseAll(): void {
    const world = this.#world
    world.nowMs += SIMULATED.lease + 1
    world.note?.('clock', () => `${world.nowMs} ms: every lease has run out, every timer is late`)
  }

  /** Somebody sets the store's clock, or another server with another clock takes over; processes have their own. */
  #jump(ms: number): void {
    const world = this.#world
    world.jumpedMs += ms
    world.note?.('store', () => `its clock jumps by ${ms} ms`)
  }

  #goDown(): void {
    const world = this.#world
    world.downUntilMs = world.nowMs + OUTAGE_MS
    world.note?.('store', () => `goes down until ${world.downUntilMs} ms`)
  }
}

const NEVER = Number.POSITIVE_INFINITY

/** What concerns everybody commutes with nothing. */
function everybody(id: string, fault: FaultKind | undefined, take: () => void): Choice {
  return { id, process: -1, isStore: true, fault, take }
}
