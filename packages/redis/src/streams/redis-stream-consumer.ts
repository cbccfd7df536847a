import type { DeadLetter, Decision } from '@idem/core/consumer'
import type { RedisStreamClient } from '../redis-client'
import type { StreamEntry } from './entry'
import {
  type RedisStreamConsumerOptions,
  resolveStreamOptions,
  type StreamEvent,
  type StreamSettings,
} from './options'
import { PendingEntries } from './pending-entries'
import { isGone, StreamCommands } from './stream-commands'

/** How long to wait when the server fails, or a decision could not be carried out. */
const TROUBLE_MS = 1000
/** How often at least to look for what was handed over, or left by the dead. */
const LONGEST_UNSEEN_MS = 5000
/** How long `close()` waits for handlers whose signal has aborted. */
const GRACE_MS = 1000

/**
 * Takes messages from a Redis Stream, hands them to `handle`, and does what that decides: acknowledges them, delivers them
 * again when it is time, or moves them to the dead letters. Several processes share a group's messages; those of a process
 * that died are taken over by another.
 *
 * The clients are the user's own: they are neither opened nor closed here.
 *
 * @example
 * const consumer = new RedisStreamConsumer(redis, {
 *   reader: redis.duplicate(),
 *   stream: 'orders',
 *   group: 'points',
 *   handle: idempotentConsumer({ idem, name: 'points', key: ({ id }) => id ?? '', handler: addPoints }),
 * })
 * const running = consumer.run()
 * process.once('SIGTERM', () => consumer.close())
 * await running
 */
export class RedisStreamConsumer {
  readonly #settings: StreamSettings
  readonly #commands: StreamCommands
  readonly #pending = new PendingEntries(() => this.#pump())
  readonly #stop = new AbortController()
  /** Aborts when nothing is pending here any more that others are to be kept from. */
  readonly #over = new AbortController()
  /** Aborts what is being handled. */
  readonly #abort = new AbortController()
  readonly #wakers = new Set<() => void>()
  #handling = 0
  /** The last sign of life. */
  #keeping: Promise<void> = Promise.resolve()
  #hasGroup = false
  /** The id of the last entry that was read here. */
  #lastRead: string | undefined
  #running: Promise<void> | undefined

  /** @throws TypeError that names the option which is wrong or unknown */
  constructor(client: RedisStreamClient, options: RedisStreamConsumerOptions) {
    this.#settings = resolveStreamOptions(client, options)
    this.#commands = new StreamCommands(this.#settings)
  }

  /**
   * Consumes until the signal aborts or `close()` is called; then resolves like that. Failures of the server are told to the
   * observer, and do not end it.
   *
   * @throws TypeError if it has been called before
   */
  async run(signal?: AbortSignal): Promise<void> {
    if (this.#running !== undefined) throw new TypeError('run() can be called once')
    const close = () => this.#stop.abort()
    if (signal?.aborted) close()
    signal?.addEventListener('abort', close, { once: true })
    this.#running = this.#run()
    try {
      await this.#running
    } finally {
      signal?.removeEventListener('abort', close)
    }
  }

  /**
   * Takes no further messages, and resolves when those under way have ended, or had to: their signal aborts after
   * `stopTimeout`, and they have one second from then on. What was not begun is handed to the group's other consumers.
   */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { minIdleMs } = this.#settings
    const isStopped = this.#isStopped
    isStopped.addEventListener('abort', () => this.#wake(), { once: true })
    const fetching = Promise.all([
      this.#repeatedly('read', 0, () => this.#read()),
      this.#repeatedly('take over', Math.min(minIdleMs / 2, LONGEST_UNSEEN_MS), () => this.#takeOver()),
    ])
    // What is still being handled is kept until it is not.
    const keeping = this.#repeatedly('keep', minIdleMs / 3, () => this.#keep(), this.#over.signal)
    while (!isStopped.aborted) await this.#sleep(Number.POSITIVE_INFINITY)
    this.#pending.stop()
    await this.#end(fetching, keeping)
  }

  get #isStopped(): AbortSignal {
    return this.#stop.signal
  }

  /** Does something again and again; where that fails, not at once. */
  async #repeatedly(
    call: string,
    everyMs: number,
    act: () => Promise<void>,
    until: AbortSignal = this.#isStopped,
  ): Promise<void> {
    while (!until.aborted) {
      try {
        if (!this.#hasGroup) {
          await this.#commands.makeGroup(this.#settings.from)
          this.#hasGroup = true
        }
        await act()
        if (everyMs > 0) await this.#sleepUntil(until, everyMs)
      } catch (error) {
        // What was deleted is made anew at once, and goes on with what has been published since.
        if (isGone(error) && (await this.#remakesGroup())) continue
        this.#tell({ type: 'failed', call, error })
        await this.#sleepUntil(until, TROUBLE_MS)
      }
    }
  }

  async #remakesGroup(): Promise<boolean> {
    try {
      const lastRead = this.#lastRead
      const isOther = await this.#commands.hasBegunAnew(lastRead)
      await this.#commands.makeGroup(isOther ? '0' : (lastRead ?? this.#settings.from))
      if (isOther) this.#lastRead = undefined
      return true
    } catch {
      return false
    }
  }

  async #read(): Promise<void> {
    const { concurrency, batchSize, maxPending } = this.#settings
    const free = concurrency - this.#handling - this.#pending.ready
    const room = Math.min(free, batchSize, maxPending - this.#pending.size)
    if (room < 1) return this.#sleep(Number.POSITIVE_INFINITY)
    const entries = await this.#commands.read(room)
    this.#lastRead = entries.at(-1)?.id ?? this.#lastRead
    this.#take(entries)
  }

  async #takeOver(): Promise<void> {
    const { batchSize, maxPending } = this.#settings
    for (let cursor = '0-0'; !this.#isStopped.aborted; ) {
      const room = Math.min(batchSize - this.#pending.ready, maxPending - this.#pending.size)
      if (room < 1) return
      const { next, entries, lost } = await this.#commands.takeOver(cursor, room)
      this.#lose(this.#pending.trimmed(lost))
      if (entries.length > 0) this.#tell({ type: 'taken-over', ids: entries.map(({ id }) => id) })
      this.#take(entries)
      if (next === '0-0') return
      cursor = next
    }
  }

  /** A sign of life for all that is pending here, so that nobody takes it over. */
  #keep(): Promise<void> {
    this.#keeping = this.#giveSigns()
    return this.#keeping
  }

  async #giveSigns(): Promise<void> {
    const signs = this.#pending.signs()
    if (signs.size === 0) return
    const { kept, trimmed } = await this.#commands.keep(signs)
    this.#lose(this.#pending.trimmed(trimmed))
    this.#pending.dropAllBut(new Set([...kept, ...trimmed]), signs)
    this.#wake()
  }

  #lose(ids: readonly string[]): void {
    if (ids.length > 0) this.#tell({ type: 'lost', ids })
  }

  #take(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.#pending.add(entry)
    this.#pump()
  }

  /** Begins what can be begun. */
  #pump(): void {
    while (!this.#isStopped.aborted && this.#handling < this.#settings.concurrency) {
      const entry = this.#pending.take()
      if (entry === undefined) break
      this.#handling++
      void this.#handle(entry).finally(() => {
        this.#handling--
        this.#pump()
      })
    }
    this.#wake()
  }

  async #handle(entry: StreamEntry): Promise<void> {
    const { id, fields, replays, group } = entry
    try {
      if (group !== undefined && group !== this.#settings.group) {
        await this.#commands.acknowledge(id)
        this.#pending.drop(id)
        return
      }
      const decision = await this.#settings.handle(fields, { id, replays, signal: this.#abort.signal })
      this.#tell({ type: 'decided', id, decision })
      await this.#carryOut(decision, entry)
    } catch (error) {
      this.#tell({ type: 'failed', call: 'handle', error })
      this.#pending.postpone(id, TROUBLE_MS)
    }
  }

  async #carryOut(decision: Decision, entry: StreamEntry): Promise<void> {
    if (decision.action === 'retry') return this.#pending.postpone(entry.id, decision.afterMs)
    if (decision.action === 'ack') await this.#commands.acknowledge(entry.id)
    else await this.#bury(decision, entry)
    this.#pending.drop(entry.id)
  }

  async #bury(letter: DeadLetter, entry: StreamEntry): Promise<void> {
    if (await this.#commands.bury(entry, letter, this.#pending.isTrimmed(entry.id))) return
    // The sign of life that finds out that it was trimmed may have been under way.
    await this.#keeping.catch(() => {})
    if (this.#pending.isTrimmed(entry.id)) await this.#commands.bury(entry, letter, true)
  }

  async #end(fetching: Promise<unknown>, keeping: Promise<unknown>): Promise<void> {
    // What was not begun need not wait for what was.
    const ended = Promise.all([fetching.then(() => this.#handOver()), this.#allHandled()])
    if (!(await within(this.#settings.stopTimeoutMs, ended))) {
      this.#abort.abort(new DOMException('the consumer is closed', 'AbortError'))
      await within(GRACE_MS, ended)
    }
    this.#over.abort()
    this.#wake()
    await within(GRACE_MS, keeping)
    // By now some of what was being handled waits for its next attempt.
    await within(GRACE_MS, this.#handOver())
    if (this.#pending.size === 0) await within(GRACE_MS, this.#leave())
  }

  /** Lets others have what is not being handled, when it is due. */
  async #handOver(): Promise<void> {
    this.#lose(this.#pending.dropTrimmed())
    const handover = this.#pending.handover(this.#settings.minIdleMs)
    if (handover.size === 0) return
    try {
      const { trimmed } = await this.#commands.handOver(handover)
      for (const id of handover.keys()) this.#pending.drop(id)
      this.#lose(trimmed)
    } catch (error) {
      // They take it over in time.
      this.#tell({ type: 'failed', call: 'hand over', error })
    }
  }

  async #leave(): Promise<void> {
    try {
      await this.#commands.leave()
    } catch (error) {
      this.#tell({ type: 'failed', call: 'leave', error })
    }
  }

  async #allHandled(): Promise<void> {
    while (this.#handling > 0) await this.#sleep(Number.POSITIVE_INFINITY)
  }

  /** Until something changes, or the time is over. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms < Number.POSITIVE_INFINITY ? setTimeout(() => wake(), ms) : undefined
      const wake = () => {
        clearTimeout(timer)
        this.#wakers.delete(wake)
        resolve()
      }
      this.#wakers.add(wake)
    })
  }

  /** For so long, or until the signal aborts. */
  async #sleepUntil(signal: AbortSignal, ms: number): Promise<void> {
    const end = performance.now() + ms
    for (let left = ms; left > 0 && !signal.aborted; left = end - performance.now()) {
      await this.#sleep(left)
    }
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  #tell(event: StreamEvent): void {
    try {
      const told: unknown = this.#settings.observer(event)
      if (typeof told === 'object') Promise.resolve(told).catch(() => {})
    } catch {
      // An observer looks on; what it throws is its own affair.
    }
  }
}

/** Whether it ends in time. Rejects with what it rejects with by then. */
async function within(ms: number, end: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([end.then(() => true), over])
  } finally {
    clearTimeout(timer)
  }
}
