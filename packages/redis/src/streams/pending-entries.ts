import type { StreamEntry } from './entry'

interface Pending {
  readonly entry: StreamEntry
  /** Missing while it is being handled. */
  dueAt: number | undefined
  timer: ReturnType<typeof setTimeout> | undefined
}

/** What a consumer was delivered and has not dealt with: being handled, ready to be, or waiting for its next attempt. */
export class PendingEntries {
  readonly #all = new Map<string, Pending>()
  /** Those whose time has come, in order. */
  readonly #ready = new Set<Pending>()
  readonly #onReady: () => void
  #isStopped = false

  constructor(onReady: () => void) {
    this.#onReady = onReady
  }

  get size(): number {
    return this.#all.size
  }

  get ready(): number {
    return this.#ready.size
  }

  /** What was there before stays as it is. */
  add(entry: StreamEntry): void {
    if (this.#all.has(entry.id)) return
    const pending: Pending = { entry, dueAt: performance.now(), timer: undefined }
    this.#all.set(entry.id, pending)
    this.#ready.add(pending)
  }

  /** The next one to be handled. */
  take(): StreamEntry | undefined {
    for (const pending of this.#ready) {
      this.#ready.delete(pending)
      pending.dueAt = undefined
      return pending.entry
    }
    return undefined
  }

  /** It is dealt with, or somebody else's. */
  drop(id: string): void {
    const pending = this.#all.get(id)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    this.#ready.delete(pending)
    this.#all.delete(id)
  }

  /** It is to be handled again, later. */
  postpone(id: string, afterMs: number): void {
    const pending = this.#all.get(id)
    if (pending === undefined) return
    pending.dueAt = performance.now() + afterMs
    if (!this.#isStopped) this.#arm(pending)
  }

  /** Nothing becomes ready any more. */
  stop(): void {
    this.#isStopped = true
    for (const { timer } of this.#all.values()) clearTimeout(timer)
  }

  /** How long each is to have been idle, as the server is told for a sign of life. */
  signs(): Map<string, number> {
    return new Map([...this.#all.keys()].map((id) => [id, 0]))
  }

  /**
   * How long each that is not being handled is to have been idle for others to take it over, at `minIdleMs`, when it is due.
   */
  handover(minIdleMs: number): Map<string, number> {
    const idle = new Map<string, number>()
    for (const [id, { dueAt }] of this.#all) {
      if (dueAt === undefined) continue
      const leftMs = Math.max(0, dueAt - performance.now())
      idle.set(id, Math.max(0, Math.floor(minIdleMs - leftMs)))
    }
    return idle
  }

  /** Those that are not being handled, and not among these, are somebody else's by now. */
  dropAllBut(kept: ReadonlySet<string>, asked: ReadonlyMap<string, number>): void {
    for (const id of asked.keys()) {
      if (!kept.has(id) && this.#all.get(id)?.dueAt !== undefined) this.drop(id)
    }
  }

  #arm(pending: Pending): void {
    const leftMs = (pending.dueAt as number) - performance.now()
    // Timers hold their delay in 32 bits.
    pending.timer = setTimeout(
      () => {
        if ((pending.dueAt as number) > performance.now() + 1) return this.#arm(pending)
        this.#ready.add(pending)
        this.#onReady()
      },
      Math.min(leftMs, 2 ** 31 - 1),
    )
  }
}
