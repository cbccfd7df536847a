import type { Bury, Consumer } from '@idem/core/consumer'
import type { Consuming } from './broker'
import type { Entry } from './memory-broker'
import type { Message } from './publisher'

/** How many messages each consumer handles at a time. */
const CONCURRENCY = 10
/** When a message is delivered again whose handling broke, which a consumer should not let happen. */
const TROUBLE_MS = 1000
/** How long messages under way may take when their consumer is stopped, before their signal aborts. */
const STOP_WITHIN_MS = 5000

interface Member {
  readonly handle: Consumer<Message>
  readonly signal: AbortSignal
  readonly underWay: Set<Promise<void>>
}

/** The consumers of one group, who share its deliveries. */
export class MemoryGroup {
  readonly #bury: (entry: Entry, letter: Bury) => void
  readonly #members = new Set<Member>()
  /** What can be delivered now. */
  readonly #due: Entry[] = []
  readonly #later = new Set<ReturnType<typeof setTimeout>>()
  /** Whose first acknowledgement was lost. */
  readonly #lost = new Set<Entry>()

  constructor(bury: (entry: Entry, letter: Bury) => void) {
    this.#bury = bury
  }

  deliver(entry: Entry): void {
    this.#due.push(entry)
    this.#pump()
  }

  consume(handle: Consumer<Message>): Consuming {
    const abort = new AbortController()
    const member: Member = { handle, signal: abort.signal, underWay: new Set() }
    this.#members.add(member)
    this.#pump()
    return {
      stop: async () => {
        this.#members.delete(member)
        const late = setTimeout(() => abort.abort(new Error('the consumer is stopped')), STOP_WITHIN_MS)
        await Promise.all(member.underWay)
        clearTimeout(late)
      },
    }
  }

  /** Nothing is delivered again from now on. */
  close(): void {
    for (const timer of this.#later) clearTimeout(timer)
  }

  #pump(): void {
    for (const member of this.#members) {
      while (member.underWay.size < CONCURRENCY) {
        const entry = this.#due.shift()
        if (entry === undefined) return
        const handling = this.#handle(entry, member).finally(() => {
          member.underWay.delete(handling)
          this.#pump()
        })
        member.underWay.add(handling)
      }
    }
  }

  async #handle(entry: Entry, { handle, signal }: Member): Promise<void> {
    try {
      const { message, replays } = entry
      const decision = await handle({ ...message }, { signal, replays })
      if (decision.action === 'retry') this.#deliverLater(entry, decision.afterMs)
      else if (decision.action === 'dead-letter') this.#bury(entry, decision)
      else if (this.#loses(entry)) this.deliver(entry)
    } catch {
      this.#deliverLater(entry, TROUBLE_MS)
    }
  }

  #deliverLater(entry: Entry, afterMs: number): void {
    const timer = setTimeout(() => {
      this.#later.delete(timer)
      this.deliver(entry)
    }, afterMs)
    this.#later.add(timer)
  }

  /** Whether this acknowledgement is lost on the way. */
  #loses(entry: Entry): boolean {
    if (entry.number % 3 !== 0 || this.#lost.delete(entry)) return false
    this.#lost.add(entry)
    return true
  }
}
