import type { Broker, Consuming, DeadLetters, Letter, Subscription } from './broker'
import { MemoryGroup } from './memory-group'
import type { Message } from './publisher'

/** A message as it is kept: `number` counts those of its topic. */
export interface Entry {
  readonly number: number
  readonly message: Message
  readonly replays: number
}

/** So many of a topic are kept for groups that come later. */
const KEPT = 10_000

/**
 * A broker in this process: what it keeps is gone when it ends, and nobody else hears of it.
 *
 * It delivers at least once, as real ones do. Since nothing gets lost inside a process, it loses something of its own accord:
 * of every third message that a topic is told, each group's first acknowledgement. So that message comes again.
 */
export class MemoryBroker implements Broker {
  readonly #topics = new Map<string, Topic>()

  async publish(topic: string, message: Message): Promise<void> {
    this.#topic(topic).add({ ...message })
  }

  consume({ topic, group, handle }: Subscription): Consuming {
    return this.#topic(topic).group(group).consume(handle)
  }

  deadLetters(topic: string): DeadLetters {
    return this.#topic(topic)
  }

  async close(): Promise<void> {
    for (const topic of this.#topics.values()) topic.close()
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name) ?? new Topic()
    this.#topics.set(name, topic)
    return topic
  }
}

class Topic implements DeadLetters {
  readonly #groups = new Map<string, MemoryGroup>()
  readonly #entries: Entry[] = []
  /** In the order in which they were given up, under numbers that count them. */
  readonly #letters = new Map<string, Letter>()
  #published = 0
  #buried = 0

  add(message: Message): void {
    const entry = { number: ++this.#published, message, replays: 0 }
    this.#entries.push(entry)
    if (this.#entries.length > KEPT) this.#entries.shift()
    for (const group of this.#groups.values()) group.deliver(entry)
  }

  group(name: string): MemoryGroup {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const group = new MemoryGroup(({ message, replays }, { reason, failure, attempt }) => {
      const id = String(++this.#buried)
      const at = new Date()
      this.#letters.set(id, { id, reason, failure, attempt, message, replays, group: name, at })
    })
    this.#groups.set(name, group)
    for (const entry of this.#entries) group.deliver(entry)
    return group
  }

  async page({ limit = 100, cursor = '0' }: { limit?: number; cursor?: string } = {}) {
    const left = [...this.#letters.values()].filter(({ id }) => Number(id) > Number(cursor))
    const letters = left.slice(0, limit)
    return { letters, cursor: left.length > limit ? letters.at(-1)?.id : undefined }
  }

  async replay(id: string): Promise<boolean> {
    const letter = this.#letters.get(id)
    if (letter === undefined) return false
    this.#letters.delete(id)
    const { message, replays, group } = letter
    this.#groups.get(group)?.deliver({ number: ++this.#published, message, replays: replays + 1 })
    return true
  }

  async remove(id: string): Promise<boolean> {
    return this.#letters.delete(id)
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }
}
