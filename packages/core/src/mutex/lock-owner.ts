import type { LockOutcome, LockStore } from '../contracts/lock-store'
import { StoreError } from '../errors'
import type { Runtime } from '../runtime'
import { answered } from './answered'
import { HoldTime, type TimedCall } from './hold-time'

/** What the store said, and when on the local clock it was asked. */
export type Answer = LockOutcome & { readonly sentAt: number }

/**
 * One owner token and all that is said to the store in its name. Whatever the store grants after the owner has left is
 * given back, however late the reply.
 */
export class LockOwner {
  readonly time = new HoldTime()
  readonly #store: LockStore
  readonly #runtime: Runtime
  readonly #timeoutMs: number
  readonly #holder: { readonly name: string; readonly owner: string }
  #left = false

  constructor(store: LockStore, runtime: Runtime, timeoutMs: number, name: string) {
    this.#store = store
    this.#runtime = runtime
    this.#timeoutMs = timeoutMs
    this.#holder = { name, owner: runtime.token() }
  }

  /** Asks for the lock once, sent again where a reply is lost. @throws StoreError */
  acquire(ttlMs: number): Promise<Answer> {
    const send = async () => {
      if (this.#left) throw new StoreError('the caller has left')
      const { sentAt, reply } = await this.#timed(ttlMs, (request) => this.#store.acquire(request), isGrant)
      if (reply.acquired && this.#runtime.now() >= this.time.until) {
        throw new StoreError(`the store took so long to grant the lock that its ${ttlMs} ms are over`)
      }
      return { ...reply, sentAt }
    }
    return this.answered('acquire', send, ttlMs)
  }

  /** Asks for more time, once, for as long as it takes: `time` knows what a late reply is worth. */
  async extend(ttlMs: number): Promise<boolean> {
    const { reply } = await this.#timed(ttlMs, (request) => this.#store.extend(request), Boolean)
    return reply
  }

  /** Sends a call, again where a reply is lost, so that it is answered in bounded time. @throws StoreError */
  answered<T>(call: string, send: () => Promise<T>, timeoutMs = this.#timeoutMs): Promise<T> {
    return answered(this.#runtime, call, Math.min(timeoutMs, this.#timeoutMs), send)
  }

  /** Whether the store says that the lock is held by this owner. @throws StoreError */
  isHeld(): Promise<boolean> {
    const { name, owner } = this.#holder
    return this.answered('isHeld', () => this.#store.isHeld(name, owner))
  }

  /** Gives the lock back. `undefined`: gone, but a reply was lost, so nobody knows who ended it. @throws StoreError */
  async release(): Promise<boolean | undefined> {
    this.#left = true
    let sent = 0
    const released = await this.answered('release', () => {
      sent++
      return this.#store.release(this.#holder)
    })
    return released || sent === 1 ? released : undefined
  }

  /** Wants the lock no more: nothing that was granted, or may yet be, stays locked. */
  leave(): void {
    if (this.time.mayBeHeld) this.#giveBack()
  }

  #giveBack(): void {
    this.release().catch(() => {
      // The store is out of reach: there, the lock ends with its time.
    })
  }

  async #timed<Reply>(
    ttlMs: number,
    send: (request: { name: string; owner: string; ttlMs: number }) => Promise<Reply>,
    grants: (reply: Reply) => boolean,
  ): Promise<TimedCall & { reply: Reply }> {
    const call = this.time.sent(this.#runtime.now(), ttlMs)
    let reply: Reply
    try {
      reply = await send({ ...this.#holder, ttlMs })
    } catch (error) {
      this.time.unknown(call)
      throw error
    }
    if (!grants(reply)) this.time.refused(call)
    else {
      this.time.granted(call)
      if (this.#left) this.#giveBack()
    }
    return { ...call, reply }
  }
}

const isGrant = (outcome: LockOutcome): boolean => outcome.acquired
