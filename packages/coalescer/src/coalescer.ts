import { StoreError } from '@idem/core'
import type { Lanes } from './lanes'

export interface CoalescerOptions<Request, Reply> {
  readonly lanes: Lanes
  readonly batchSize: number
  /** Who has waited so long to be sent is rejected instead: by then it has asked again, or wants no answer any more. */
  readonly longestWaitMs: number
  /** Whether two requests can be in one batch. Requests with the same key never are. */
  readonly together: (one: Request, other: Request) => boolean
  /**
   * Answers each request of a batch, in their order. A batch comes in the order of its keys. What takes longer than the rest
   * is answered with a promise, so that the rest need not wait for it.
   */
  readonly send: (batch: readonly Request[]) => Promise<readonly (Reply | Promise<Reply>)[]>
  /** Whether a batch that failed so is sent again one by one, so that only those fail who are at fault. */
  readonly isAboutOne?: (error: unknown) => boolean
}

interface Waiting<Request, Reply> {
  readonly request: Request
  readonly since: number
  readonly resolve: (reply: Reply | Promise<Reply>) => void
  readonly reject: (error: unknown) => void
}

type Batch<Request, Reply> = readonly Waiting<Request, Reply>[]

interface Sent<Request> {
  readonly requests: readonly Request[]
  readonly answered: Promise<void>
}

/**
 * Sends a request at once when nothing else is on its way. What comes up meanwhile goes together as soon as a lane is
 * free: one statement of many rows costs a fraction of as many statements, and one commit instead of theirs. The requests
 * of a batch have different keys.
 */
export class Coalescer<Request extends { readonly key: string }, Reply> {
  readonly #options: CoalescerOptions<Request, Reply>
  #waiting: Waiting<Request, Reply>[] = []
  readonly #sent = new Set<Sent<Request>>()

  constructor(options: CoalescerOptions<Request, Reply>) {
    this.#options = options
    options.lanes.join(() => this.#flush())
  }

  add(request: Request): Promise<Reply> {
    const { lanes } = this.#options
    return new Promise((resolve, reject) => {
      const waiting = { request, since: performance.now(), resolve, reject }
      if (lanes.idle) this.#dispatch([waiting])
      else {
        lanes.waiting++
        if (this.#waiting.push(waiting) === 1 && lanes.free) lanes.schedule()
      }
    })
  }

  /**
   * What waits and is not to be sent any more is rejected with this reason; resolves when none of it is under way either.
   */
  async withdraw(isMeant: (request: Request) => boolean, reason: unknown): Promise<void> {
    const kept: Waiting<Request, Reply>[] = []
    for (const waiting of this.#waiting) {
      if (!isMeant(waiting.request)) kept.push(waiting)
      else {
        this.#options.lanes.waiting--
        waiting.reject(reason)
      }
    }
    this.#waiting = kept
    for (const batch of this.#sent) {
      if (batch.requests.some(isMeant)) await batch.answered
    }
  }

  #flush(): void {
    const { lanes } = this.#options
    this.#dismiss()
    while (lanes.free && this.#waiting.length > 0) this.#dispatch(this.#nextBatch())
  }

  /** They came one after another: those who have waited longest are first. */
  #dismiss(): void {
    const { lanes, longestWaitMs } = this.#options
    const tooEarly = performance.now() - longestWaitMs
    const first = this.#waiting.findIndex(({ since }) => since >= tooEarly)
    const dismissed = this.#waiting.splice(0, first === -1 ? this.#waiting.length : first)
    lanes.waiting -= dismissed.length
    for (const { reject } of dismissed) {
      reject(new StoreError(`it was not sent: others went unanswered for ${longestWaitMs} ms`))
    }
  }

  #nextBatch(): Batch<Request, Reply> {
    const { batchSize, together } = this.#options
    const [first] = this.#waiting as [Waiting<Request, Reply>]
    const batch = new Map<string, Waiting<Request, Reply>>()
    const left: Waiting<Request, Reply>[] = []
    for (const next of this.#waiting) {
      const { key } = next.request
      const fits = batch.size < batchSize && !batch.has(key)
      if (next === first || (fits && together(first.request, next.request))) batch.set(key, next)
      else left.push(next)
    }
    this.#waiting = left
    this.#options.lanes.waiting -= batch.size
    // In the same order everywhere, so that two batches never wait for each other.
    return [...batch.values()].sort((one, other) => (one.request.key < other.request.key ? -1 : 1))
  }

  #dispatch(batch: Batch<Request, Reply>): void {
    const { lanes, send, isAboutOne } = this.#options
    lanes.enter()
    const requests = batch.map(({ request }) => request)
    const answered = send(requests).then(
      (replies) => {
        const slow = replies.filter((reply) => reply instanceof Promise)
        // First the lane is free: who has a reply may send its next request at once.
        const left = slow.length === 0 ? lanes.leave() : Promise.allSettled(slow).then(() => lanes.leave())
        for (const [i, { resolve }] of batch.entries()) resolve(replies[i] as Reply | Promise<Reply>)
        return left
      },
      async (error) => {
        if (batch.length > 1 && isAboutOne?.(error)) await this.#sendOneByOne(batch)
        lanes.leave()
        for (const { reject } of batch) reject(error)
      },
    )
    const sent = { requests, answered }
    this.#sent.add(sent)
    void answered.then(() => this.#sent.delete(sent))
  }

  /** Afterwards all of them have their answers. */
  async #sendOneByOne(batch: Batch<Request, Reply>): Promise<void> {
    for (const { request, resolve, reject } of batch) {
      await this.#options
        .send([request])
        .then(async ([reply]) => resolve((await reply) as Reply))
        .catch(reject)
    }
  }
}
