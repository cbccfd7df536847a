import { setTimeout as sleep } from 'node:timers/promises'
import type { Callback, TradeStatus } from './callback'
import { signCallback } from './provider-signature'
import { shuffled } from './shuffled'

export interface SimulatedProviderOptions {
  /** What callbacks are signed with. */
  readonly secret: string
  /** Where they go; asked each time, since a port may be decided late. */
  readonly url: () => string
  /** @defaultValue `fetch` */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Passes the time between two calls, in milliseconds. @defaultValue a timer */
  readonly pause?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** One callback, and what its calls were answered: a status each, 0 where there was no answer. */
export interface Delivery {
  readonly status: TradeStatus
  readonly answers: readonly number[]
  /** Whether the last one was a 2xx. */
  readonly accepted: boolean
}

/** How often a callback is tried before the provider gives up. */
const MAX_CALLS = 20
const PATIENCE_MS = 15_000
const LONGEST_PAUSE_MS = 5000

/**
 * Stands for a company that takes payments, and tells a shop of them as such companies do: each thing several times, in any
 * order, all at the same time, and again until it is accepted.
 */
export class SimulatedProvider {
  readonly #secret: string
  readonly #url: () => string
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly #pause: (ms: number, signal: AbortSignal) => Promise<void>

  constructor({ secret, url, fetch: send = fetch, pause }: SimulatedProviderOptions) {
    this.#secret = secret
    this.#url = url
    this.#fetch = send
    this.#pause = pause ?? ((ms, signal) => sleep(ms, undefined, { signal }))
  }

  /**
   * Sends each of the callbacks so many times. Resolves when each was accepted, refused for good, or given up.
   *
   * @param signal - ends it: what was not accepted by then never is
   */
  deliver(callbacks: readonly Callback[], duplicates: number, signal: AbortSignal): Promise<Delivery[]> {
    const all = callbacks.flatMap((callback) => Array.from({ length: duplicates }, () => callback))
    return Promise.all(shuffled(all).map((callback) => this.#deliver(callback, signal)))
  }

  async #deliver(callback: Callback, signal: AbortSignal): Promise<Delivery> {
    const { status } = callback
    const answers: number[] = []
    while (answers.length < MAX_CALLS && !signal.aborted) {
      const answer = await this.#call(JSON.stringify(callback), signal)
      answers.push(answer?.status ?? 0)
      if (answer?.ok) return { status, answers, accepted: true }
      if (answer !== undefined && !isPassing(answer)) break
      await this.#pause(pauseAfter(answer, answers.length), signal).catch(() => {})
    }
    return { status, answers, accepted: false }
  }

  /** `undefined` if nobody answered: the service may be gone, and come back. */
  async #call(body: string, signal: AbortSignal): Promise<Response | undefined> {
    const headers = {
      'Content-Type': 'application/json',
      // Made anew for each call: it is good for a few minutes only.
      'Provider-Signature': signCallback(this.#secret, body),
    }
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
      const answer = await this.#fetch(this.#url(), { method: 'POST', headers, body, signal: limit })
      await answer.arrayBuffer()
      return answer
    } catch {
      return undefined
    }
  }
}

/** Whether the same callback may be accepted later. */
function isPassing({ status, headers }: Response): boolean {
  return status >= 500 || [408, 425, 429].includes(status) || (status === 409 && headers.has('retry-after'))
}

/** As long as the shop asks for; else longer each time. With jitter, so that duplicates do not come back all at once. */
function pauseAfter(answer: Response | undefined, calls: number): number {
  const asked = Number(answer?.headers.get('retry-after') ?? 0) * 1000
  const ms = Math.max(asked, 50 * 2 ** Math.min(calls, 6))
  return Math.min(ms, LONGEST_PAUSE_MS) + Math.random() * 250
}
