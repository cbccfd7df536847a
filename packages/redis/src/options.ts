import type { RedisClient } from './redis-client'

export interface RedisLockStoreOptions {
  /** Stands in front of every key, and of every channel. @defaultValue `'lock:'` */
  readonly prefix?: string | undefined
  /**
   * A second client, used for nothing but subscriptions: whoever waits is woken at once. Without it, waiting is polling.
   * @defaultValue none
   */
  readonly subscriber?: RedisClient | undefined
  /**
   * After every write, wait (`WAIT`, at most half a second) until so many replicas have it, so that a failover to one of
   * them does not lose it. Where that fails the call rejects, and is repeated. Redis keeps the whole connection waiting
   * meanwhile: give such a store a client of its own. @defaultValue 0
   */
  readonly waitReplicas?: number | undefined
}

export interface RedisStoreOptions extends RedisLockStoreOptions {
  /** Stands in front of every key, and of every channel. @defaultValue `''` */
  readonly prefix?: string | undefined
  /**
   * How many keys go in one command at most. What goes together is answered by one script, which keeps the server from
   * all others meanwhile. 1 for a proxy that wants every key in a command of its own; so does a Cluster, in any case.
   * @defaultValue 32
   */
  readonly batch?: number | undefined
}

/** Checked, and complete. */
export interface Place {
  readonly prefix: string
  readonly subscriber: RedisClient | undefined
  readonly batch: number
  readonly waitReplicas: number
}

/** @throws TypeError that names the option which is wrong or unknown */
export function resolveOptions(
  client: RedisClient,
  options: RedisStoreOptions,
  known: readonly (keyof RedisStoreOptions)[],
  defaultPrefix: string,
): Place {
  isClient('client', client)
  onlyKnown(options, known)
  const { prefix = defaultPrefix, subscriber, batch = 32, waitReplicas = 0 } = options
  if (typeof prefix !== 'string') throw new TypeError(`prefix must be a text; got ${shown(prefix)}`)
  if (subscriber !== undefined) isSubscriber(subscriber, client)
  if (!Number.isInteger(batch) || batch < 1) {
    throw new TypeError(`batch must be a whole number, 1 for every key by itself; got ${shown(batch)}`)
  }
  if (!Number.isInteger(waitReplicas) || waitReplicas < 0) {
    throw new TypeError(`waitReplicas must be a whole number, 0 for not to wait; got ${shown(waitReplicas)}`)
  }
  return { prefix, subscriber, batch, waitReplicas }
}

/** @throws TypeError unless it is a client of ioredis */
export function isClient(what: string, client: unknown): void {
  const methods = ['evalshaBuffer', 'subscribe'] as const
  const given = client as Partial<Record<string, unknown>> | null | undefined
  if (typeof given === 'object' && methods.every((method) => typeof given?.[method] === 'function')) return
  throw new TypeError(`${what} must be a client of ioredis (Redis or Cluster); got ${shown(client)}`)
}

function isSubscriber(subscriber: RedisClient, client: RedisClient): void {
  isClient('subscriber', subscriber)
  if (subscriber === client) {
    throw new TypeError(
      'subscriber must be a client of its own: one that is subscribed takes no other commands',
    )
  }
}

/** A wrong option's value, short enough for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name}`
    : String(value)
}

/** @throws TypeError that names what is no option, and the options that there are */
export function onlyKnown(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object; got ${shown(options)}`)
  }
  for (const option in options) {
    if (known.includes(option)) continue
    throw new TypeError(`${option} is no option here; there are ${known.join(', ')}`)
  }
}
