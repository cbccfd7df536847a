import type { LockHolder, LockOutcome, LockRequest, LockStore } from '../../src/contracts/lock-store'
import { MemoryLockStore } from '../../src/memory/memory-lock-store'

type Call = 'acquire' | 'extend' | 'release' | 'isHeld' | 'watch'

/**
 * What becomes of a call: `ok`; it `fails` before it reaches the store; its reply is `lost` (an error) after it took
 * effect; it `hangs` for ever before it reaches the store; it is `late`: it reaches the store, and is answered, when
 * `let through`; or its answer alone is `held back` until then.
 */
type Fate = 'ok' | 'fails' | 'lost' | 'hangs' | 'late' | 'held back'

/** A memory lock store with a bad connection: each call meets the next fate in the script of its kind, then `ok`. */
export class ScriptedLockStore implements LockStore {
  readonly calls: Call[] = []
  /** The store itself, over a connection that always works. */
  readonly inner: MemoryLockStore
  readonly #script = new Map<Call, Fate[]>()
  readonly #waiting: (() => void)[] = []
  watch?: LockStore['watch']

  constructor(clock: () => number, options: { readonly watch?: boolean } = {}) {
    this.inner = new MemoryLockStore({ clock })
    if (options.watch) {
      this.watch = (name, onChange, signal) =>
        this.#meet('watch', () => this.inner.watch(name, onChange, signal))
    }
  }

  /** What the next calls of a kind will meet. */
  script(call: Call, ...fates: Fate[]): void {
    this.#script.set(call, fates)
  }

  /** From now on every call of these kinds meets this fate. */
  always(fate: Fate, ...calls: Call[]): void {
    for (const call of calls) this.#script.set(call, Array<Fate>(10_000).fill(fate))
  }

  /** Late calls reach the store, and answers held back arrive. */
  letThrough(): void {
    for (const go of this.#waiting.splice(0)) go()
  }

  count(call: Call): number {
    return this.calls.filter((made) => made === call).length
  }

  acquire(request: LockRequest): Promise<LockOutcome> {
    return this.#meet('acquire', () => this.inner.acquire(request))
  }

  extend(request: LockRequest): Promise<boolean> {
    return this.#meet('extend', () => this.inner.extend(request))
  }

  release(holder: LockHolder): Promise<boolean> {
    return this.#meet('release', () => this.inner.release(holder))
  }

  isHeld(name: string, owner?: string): Promise<boolean> {
    return this.#meet('isHeld', () => this.inner.isHeld(name, owner))
  }

  async #meet<T>(call: Call, send: () => Promise<T>): Promise<T> {
    this.calls.push(call)
    const fate = this.#script.get(call)?.shift() ?? 'ok'
    if (fate === 'fails') throw new Error('connection refused')
    if (fate === 'hangs') return new Promise(() => {})
    if (fate === 'late') await this.#turn()
    const reply = await send()
    if (fate === 'lost') throw new Error('connection reset')
    if (fate === 'held back') await this.#turn()
    return reply
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
