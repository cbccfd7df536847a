import type { StreamEntry } from './entry'

interface Pending {
  readonly entry: StreamEntry
  /** Missing while it is being handled. */
  dueAt: number | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the server no longer has it. */
  isTrimmed: boolean
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
    const pending: Pending = { entry, dueAt: performance.now(), timer: undefined, isTrimmed: false }
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

  /** These are no longer in the stream: those that are here are only here. Gives those that are not. */
  trimmed(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const pending = this.#all.get(id)
      if (pending) pending.isTrimmed = true
      return pending === undefined
    })
  }

  isTrimmed(id: string): boolean {
    return this.#all.get(id)?.isTrimmed === true
  }

  /** How long each is to have been idle, as the server is told for a sign of life. */
  signs(): Map<string, number> {
    return new Map([...this.#all].flatMap(([id, { isTrimmed }]) => (isTrimmed ? [] : [[id, 0]])))
  }

  /** Drops, and gives, those that nobody can take over and that are not being handled. */
  dropTrimmed(): string[] {
    const ids = [...this.#all].flatMap(([id, { isTrimmed, dueAt }]) =>
      isTrimmed && dueAt !== undefined ? [id] : [],
    )
    for (const id of ids) this.drop(id)
    return ids
  }

  /**
   * How long each that is not being handled is to have been idle for others to take it over, at `minIdleMs`, when it is due.
   */
  handover(minIdleMs: number): Map<string, number> {
    const idle = new Map<string, number>()
    for (const [id, { dueAt, isTrimmed }] of this.#all) {
      if (dueAt === undefined || isTrimmed) continue
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
