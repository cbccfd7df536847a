import type { Cluster, Redis } from 'ioredis'

interface Channel {
  readonly watchers: Set<() => void>
  /** Resolves when the server has confirmed. */
  readonly placed: Promise<unknown>
}

/**
 * Who wants to hear of which key, on the one connection that the user handed over for it. A channel is subscribed while
 * somebody watches it, and there are listeners while there are channels: when nobody watches, nothing is left.
 */
export class Subscriptions {
  readonly #subscriber: Redis | Cluster
  readonly #channels = new Map<string, Channel>()

  constructor(subscriber: Redis | Cluster) {
    this.#subscriber = subscriber
  }

  /** The driver puts it in front of every channel, and leaves it there in messages. */
  get #keyPrefix(): string {
    return this.#subscriber.options.keyPrefix ?? ''
  }

  /** Resolves once every message on the channel calls `onChange`; ends when the signal aborts. */
  async add(channel: string, onChange: () => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const own = this.#channels.get(channel) ?? this.#subscribe(channel)
    const heard = () => {
      if (!signal.aborted) onChange()
    }
    own.watchers.add(heard)
    const leave = () => {
      own.watchers.delete(heard)
      if (own.watchers.size === 0 && this.#channels.get(channel) === own) this.#unsubscribe(channel)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      await own.placed
    } catch (error) {
      signal.removeEventListener('abort', leave)
      leave()
      throw error
    }
  }

  #subscribe(channel: string): Channel {
    if (this.#channels.size === 0) this.#listen()
    const own: Channel = { watchers: new Set(), placed: this.#subscriber.subscribe(channel) }
    this.#channels.set(channel, own)
    return own
  }

  #unsubscribe(channel: string): void {
    this.#channels.delete(channel)
    if (this.#channels.size === 0) this.#stopListening()
    // If it cannot be told, its connection is down, and the channel ends with it or is unsubscribed again later.
    this.#subscriber.unsubscribe(channel, ...this.#prefixedTwice([channel])).catch(() => {})
  }

  readonly #heard = (channel: string): void => {
    for (const watcher of this.#channels.get(channel.slice(this.#keyPrefix.length))?.watchers ?? []) watcher()
  }

  /** What is published now is not heard. */
  readonly #missed = (): void => {
    for (const { watchers } of this.#channels.values()) for (const watcher of watchers) watcher()
  }

  /**
   * There is a new connection. The driver may subscribe it to what the old one was subscribed to; or not
   * (`autoResubscribe`), and where there is a `keyPrefix`, it puts that in front of its channels once more.
   */
  readonly #reconnected = (): void => {
    const channels = [...this.#channels.keys()]
    const twice = this.#prefixedTwice(channels)
    if (twice.length > 0) this.#subscriber.unsubscribe(...twice).catch(() => {})
    // What was published before that was not heard.
    this.#subscriber.subscribe(...channels).then(this.#missed, this.#missed)
  }

  #prefixedTwice(channels: readonly string[]): string[] {
    return this.#keyPrefix === '' ? [] : channels.map((channel) => this.#keyPrefix + channel)
  }

  #listen(): void {
    this.#subscriber.on('message', this.#heard)
    this.#subscriber.on('close', this.#missed)
    this.#subscriber.on('ready', this.#reconnected)
  }

  #stopListening(): void {
    this.#subscriber.off('message', this.#heard)
    this.#subscriber.off('close', this.#missed)
    this.#subscriber.off('ready', this.#reconnected)
  }
}
