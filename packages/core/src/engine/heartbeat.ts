import type { Runtime } from '../runtime'

/** How the heart stops by itself: somebody has the record, the lease ran out unrenewed, or the time is over. */
export type HeartbeatEnd = 'taken' | 'silent' | 'overdue'

export interface HeartbeatOptions {
  readonly leaseMs: number
  readonly maxRunTimeMs: number
  /** When the claim was sent: the lease, counted from there, ends here before it ends in the store. */
  readonly claimedAt: number
  /** Renews the lease; bounded in time. */
  readonly extend: () => Promise<boolean>
  /** Called at most once for each end. After `silent` it goes on trying: the record may still be ours. */
  readonly onEnd: (end: HeartbeatEnd) => void
}

/** Renews the lease of a running attempt at a third of it, more often while that fails. */
export class Heartbeat {
  readonly #runtime: Runtime
  readonly #options: HeartbeatOptions
  readonly #overdueAt: number
  #renewedAt: number
  #nextBeatAt: number
  #silent = false
  #beating = false
  #stopped = false
  #cancel: () => void = () => {}

  constructor(runtime: Runtime, options: HeartbeatOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#renewedAt = options.claimedAt
    this.#nextBeatAt = options.claimedAt + options.leaseMs / 3
    this.#overdueAt = options.claimedAt + options.maxRunTimeMs
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  get #leaseEndsAt(): number {
    return this.#renewedAt + this.#options.leaseMs
  }

  #arm(): void {
    if (this.#stopped) return
    this.#cancel()
    const next = Math.min(
      this.#overdueAt,
      this.#beating ? Number.POSITIVE_INFINITY : this.#nextBeatAt,
      this.#silent ? Number.POSITIVE_INFINITY : this.#leaseEndsAt,
    )
    this.#cancel = this.#runtime.schedule(Math.max(1, Math.ceil(next - this.#runtime.now())), () => this.#wake(), true)
  }

  #wake(): void {
    const now = this.#runtime.now()
    if (now >= this.#overdueAt) return this.#end('overdue')
    if (!this.#silent && now >= this.#leaseEndsAt) {
      this.#silent = true
      this.#options.onEnd('silent')
    }
    if (!this.#beating && now >= this.#nextBeatAt) void this.#beat(now)
    this.#arm()
  }

  async #beat(sentAt: number): Promise<void> {
    this.#beating = true
    let held: boolean | undefined
    try {
      held = await this.#options.extend()
    } catch {
      // Told to the observer where it was sent; tried again soon.
    }
    this.#beating = false
    if (this.#stopped) return
    if (held === false) return this.#end('taken')
    if (held) this.#renewedAt = sentAt
    this.#nextBeatAt = held ? sentAt + this.#options.leaseMs / 3 : this.#runtime.now() + this.#options.leaseMs / 10
    this.#arm()
  }

  #end(end: HeartbeatEnd): void {
    this.stop()
    this.#options.onEnd(end)
  }
}
