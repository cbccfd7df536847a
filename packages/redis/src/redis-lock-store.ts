import type { LockHolder, LockOutcome, LockRequest, LockStore } from '@idem/core'
import { Connection } from './connection'
import { duration } from './durations'
import { type RedisLockStoreOptions, resolveOptions } from './options'
import type { RedisClient } from './redis-client'
import { lockScripts } from './scripts/scripts'
import { subscriptionsOf } from './subscriptions'

/**
 * Keeps locks in Redis 7 or later, or Valkey, on the server's clock: what a `Mutex` needs to exclude other processes.
 *
 * One server grants them, not a majority of several: a holder that is paused past its time is no more held up by a quorum
 * than by one server. What shuts it out is the fence, wherever the protected thing compares it.
 *
 * @example
 * const mutex = new Mutex({ store: new RedisLockStore(new Redis(url), { subscriber: new Redis(url) }) })
 */
export class RedisLockStore implements LockStore {
  readonly #connection: Connection
  readonly #prefix: string

  /** There if a `subscriber` was handed over: see {@link LockStore.watch}. */
  readonly watch: LockStore['watch']

  /** @throws TypeError if the client is none of ioredis, or an option is wrong or unknown */
  constructor(client: RedisClient, options: RedisLockStoreOptions = {}) {
    const place = resolveOptions(client, options, ['prefix', 'subscriber', 'waitReplicas'], 'lock:')
    this.#prefix = place.prefix
    this.#connection = new Connection(client, place)
    if (place.subscriber) {
      const subscriptions = subscriptionsOf(place.subscriber)
      // The driver puts a keyPrefix in front of keys, but not of channels.
      const begin = this.#connection.keyPrefix + this.#prefix
      this.watch = (name, onChange, signal) => subscriptions.add(begin + name, onChange, signal)
    }
  }

  async acquire({ name, owner, ttlMs }: LockRequest): Promise<LockOutcome> {
    const args = [owner, ttl(ttlMs)]
    const reply = await this.#connection.write(
      'acquire a lock',
      lockScripts.acquire,
      [this.#prefix + name],
      args,
    )
    const [taken, fenceOrLeft, now] = (reply as unknown[]).map(Number) as [number, number, number]
    if (taken === 0) return { acquired: false, ttlMs: fenceOrLeft }
    return { acquired: true, fence: fenceOrLeft, now }
  }

  extend({ name, owner, ttlMs }: LockRequest): Promise<boolean> {
    return this.#tells('extend a lock', lockScripts.extend, name, [owner, ttl(ttlMs)])
  }

  release({ name, owner }: LockHolder): Promise<boolean> {
    return this.#tells('release a lock', lockScripts.release, name, [owner])
  }

  async isHeld(name: string, owner?: string): Promise<boolean> {
    const args = [owner === undefined ? '0' : '1', owner ?? '']
    const keys = [this.#prefix + name]
    return Number(await this.#connection.run('look at a lock', lockScripts.isHeld, keys, args)) === 1
  }

  async #tells(
    call: string,
    script: (typeof lockScripts)[keyof typeof lockScripts],
    name: string,
    args: readonly string[],
  ): Promise<boolean> {
    return Number(await this.#connection.write(call, script, [this.#prefix + name], args)) === 1
  }
}

/** What is no duration is refused before it grants anything. */
function ttl(ms: number): string {
  if (ms > 0) return duration(ms)
  throw new TypeError(`ttlMs must be a number of milliseconds above 0; got ${ms}`)
}
