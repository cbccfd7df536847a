import type { RedisClient } from './redis-client'

type OnChange = (deaf?: boolean) => void

interface Channel {
  readonly watchers: Set<OnChange>
  /** Resolves when the server has confirmed; missing while nothing is heard. */
  placed: Promise<unknown> | undefined
  /** Whether the watchers know that nothing is heard. */
  isDeaf: boolean
}

/** So many channels in one command: each is an argument of a function, and of those there can be only so many. */
const MOST_AT_ONCE = 1000

const hubs = new WeakMap<RedisClient, Subscriptions>()

/** What all stores share that were handed the same subscriber: the server knows only one subscription of a connection. */
export function subscriptionsOf(subscriber: RedisClient): Subscriptions {
  const hub = hubs.get(subscriber) ?? new Subscriptions(subscriber)
  hubs.set(subscriber, hub)
  return hub
}

/**
 * Who wants to hear of which channel, on a connection that the user handed over for it. A channel is subscribed while
 * somebody watches it, and there are listeners while there are channels: when nobody watches, nothing is left.
 */
class Subscriptions {
  readonly #subscriber: RedisClient
  readonly #channels = new Map<string, Channel>()

  constructor(subscriber: RedisClient) {
    this.#subscriber = subscriber
  }

  /**
   * Resolves once every message on the channel calls `onChange`; ends when the signal aborts. While nothing can be
   * heard, `onChange` has been called with `true`, and it is called without when that is over.
   */
  async add(name: string, onChange: OnChange, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const channel = this.#channels.get(name) ?? this.#open(name)
    const heard = (deaf?: boolean) => {
      if (!signal.aborted) onChange(deaf)
    }
    channel.watchers.add(heard)
    const leave = () => {
      channel.watchers.delete(heard)
      if (channel.watchers.size === 0 && this.#channels.get(name) === channel) this.#close(name)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      channel.placed ??= this.#subscriber.subscribe(name)
      await channel.placed
    } catch (error) {
      signal.removeEventListener('abort', leave)
      leave()
      throw error
    }
  }

  #open(name: string): Channel {
    if (this.#channels.size === 0) this.#listen()
    const channel: Channel = { watchers: new Set(), placed: undefined, isDeaf: false }
    this.#channels.set(name, channel)
    return channel
  }

  #close(name: string): void {
    this.#channels.delete(name)
    if (this.#channels.size === 0) this.#stopListening()
    // If it cannot be told, its connection is down, and the channel ends with it or is unsubscribed again later.
    this.#subscriber.unsubscribe(name).catch(() => {})
  }

  readonly #heard = (name: unknown): void => {
    for (const watcher of this.#channels.get(name as string)?.watchers ?? []) watcher()
  }

  /** What is published from now on is not heard. */
  readonly #lost = (): void => {
    for (const channel of this.#channels.values()) deafen(channel)
  }

  /** There is a new connection. Whether the driver subscribes it by itself is for the user to say (`autoResubscribe`). */
  readonly #reconnected = (): void => {
    const all = [...this.#channels]
    // At once, so that whoever leaves meanwhile unsubscribes after that.
    for (let i = 0; i < all.length; i += MOST_AT_ONCE) this.#subscribeAgain(all.slice(i, i + MOST_AT_ONCE))
  }

  #subscribeAgain(some: readonly (readonly [string, Channel])[]): void {
    const placed = this.#subscriber.subscribe(...some.map(([name]) => name))
    for (const [, channel] of some) channel.placed = placed
    placed.then(
      () => {
        // What was published before was not heard.
        for (const [, channel] of some) {
          channel.isDeaf = false
          for (const watcher of channel.watchers) watcher()
        }
      },
      () => {
        for (const [, channel] of some) deafen(channel)
      },
    )
  }

  #listen(): void {
    this.#subscriber.on('message', this.#heard)
    this.#subscriber.on('close', this.#lost)
    this.#subscriber.on('ready', this.#reconnected)
  }

  #stopListening(): void {
    this.#subscriber.off('message', this.#heard)
    this.#subscriber.off('close', this.#lost)
    this.#subscriber.off('ready', this.#reconnected)
  }
}

function deafen(channel: Channel): void {
  channel.placed = undefined
  // Once, not for every attempt to connect that fails.
  if (channel.isDeaf) return
  channel.isDeaf = true
  for (const watcher of channel.watchers) watcher(true)
}
