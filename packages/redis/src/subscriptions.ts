import type { RedisClient } from './redis-client'

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
  readonly #subscriber: RedisClient
  readonly #prefix: string
  readonly #channels = new Map<string, Channel>()

  /**
   * `prefix`: what stands in front of every key on the server, and so of the channel of that name. A `keyPrefix` is part
   * of it: the driver puts that in front of keys, but not of channels.
   */
  constructor(subscriber: RedisClient, prefix: string) {
    this.#subscriber = subscriber
    this.#prefix = prefix
  }

  /** Resolves once every message about the key calls `onChange`; ends when the signal aborts. */
  async add(key: string, onChange: () => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const channel = this.#prefix + key
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
    this.#subscriber.unsubscribe(channel).catch(() => {})
  }

  readonly #heard = (channel: unknown): void => {
    for (const watcher of this.#channels.get(channel as string)?.watchers ?? []) watcher()
  }

  /** What is published now is not heard. */
  readonly #missed = (): void => {
    for (const { watchers } of this.#channels.values()) for (const watcher of watchers) watcher()
  }

  /** There is a new connection. Whether the driver subscribes it by itself is for the user to say (`autoResubscribe`). */
  readonly #reconnected = (): void => {
    // What was published before that was not heard.
    this.#subscriber.subscribe(...this.#channels.keys()).then(this.#missed, this.#missed)
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
