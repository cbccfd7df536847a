import { StoreError } from '@idem/core'
import { RedisDeadLetters, RedisStreamConsumer, type StreamEvent } from '@idem/redis'
import { Redis } from 'ioredis'
import { SERVICE, triedToConnect } from '../stores/redis/redis'
import type { Note } from '../stores/store-kind'
import type { Broker, Consuming, DeadLetters, LetterQuery, Subscription } from './broker'
import type { Message } from './publisher'

export interface RedisBrokerOptions {
  /** When a consumer that gives no sign of life is taken for dead, and others take over what it had. */
  readonly silenceMs: number
  /** Stands in front of every stream's name. */
  readonly prefix?: string
  /** So many messages of a topic are kept about: more than can ever wait to be acknowledged. */
  readonly kept?: number
  readonly note?: Note
}

/** How long a command may take: nobody should wait long to be told that a message could not be published. */
const COMMAND_MS = 2000
/** How long a read waits for messages, and so how long it takes to stop one that has nothing to do. */
const READ_MS = 500
/** How long messages under way may take when their consumer is stopped. */
const STOP_WITHIN_MS = 5000

/** A stream for each topic, in it a group for each that consumes, and beside it its dead letters. */
export class RedisBroker implements Broker {
  readonly #client: Redis
  readonly #prefix: string
  readonly #kept: number
  readonly #silenceMs: number
  readonly #note: Note

  /** Resolves when the server answers, or has failed to for the first time: that it is away is no reason to fail. */
  static async open(url: string, options: RedisBrokerOptions): Promise<RedisBroker> {
    const client = new Redis(url, { ...SERVICE, commandTimeout: COMMAND_MS })
    client.on('error', () => {})
    await triedToConnect(client)
    return new RedisBroker(client, options)
  }

  private constructor(client: Redis, options: RedisBrokerOptions) {
    const { prefix = 'demo:queue:', kept = 100_000, silenceMs, note = () => {} } = options
    this.#client = client
    this.#prefix = prefix
    this.#kept = kept
    this.#silenceMs = silenceMs
    this.#note = note
  }

  async publish(topic: string, message: Message): Promise<void> {
    const fields = Object.entries(message).flat()
    try {
      const { stream } = this.#places(topic)
      await this.#client.xadd(stream, 'MAXLEN', '~', this.#kept, '*', ...fields)
    } catch (cause) {
      throw new StoreError('nobody knows whether the message was published', { cause })
    }
  }

  consume({ topic, group, handle }: Subscription): Consuming {
    // A read that waits takes its connection for itself.
    const reader = this.#client.duplicate({ commandTimeout: READ_MS + COMMAND_MS })
    reader.on('error', () => {})
    const consumer = new RedisStreamConsumer(this.#client, {
      ...{ ...this.#places(topic), reader, group, handle },
      minIdle: this.#silenceMs,
      block: READ_MS,
      stopTimeout: STOP_WITHIN_MS,
      observer: (event) => this.#tell(group, event),
    })
    // A read that is sent before would fail, and be sent again a second later.
    const running = triedToConnect(reader).then(() => consumer.run())
    return {
      async stop() {
        await consumer.close()
        await running
        reader.disconnect()
      },
    }
  }

  deadLetters(topic: string): DeadLetters {
    const letters = new RedisDeadLetters(this.#client, this.#places(topic))
    return {
      page: async (query: LetterQuery = {}) =>
        isId(query.cursor ?? '0-0') ? letters.page(query) : { letters: [] },
      replay: async (id) => isId(id) && letters.replay(id),
      remove: async (id) => isId(id) && letters.remove(id),
    }
  }

  async close(): Promise<void> {
    this.#client.disconnect()
  }

  #places(topic: string) {
    const stream = this.#prefix + topic
    return { stream, deadLetterStream: `${stream}:dead` }
  }

  #tell(group: string, event: StreamEvent): void {
    if (event.type === 'taken-over')
      this.#note(`${group}: took over ${count(event.ids)} that others had begun`)
    if (event.type === 'lost') this.#note(`${group}: ${count(event.ids)} were trimmed away before their time`)
  }
}

/** Both halves are numbers of 64 bits. Nothing else is the id of a letter. */
const isId = (text: string): boolean => /^\d{1,19}-\d{1,19}$/.test(text)

const count = (ids: readonly string[]): string => (ids.length === 1 ? '1 message' : `${ids.length} messages`)
