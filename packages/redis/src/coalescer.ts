/** What several coalescers of one connection share: whether anything is on its way, and how much may go together. */
export class Lane {
  inFlight = 0
  readonly batchSize: number

  constructor(batchSize: number) {
    this.batchSize = batchSize
  }
}

/** How requests of one kind are sent. */
export interface Dispatch<Request, Answer> {
  /** Whether two requests can be in one batch. */
  readonly together: (one: Request, other: Request) => boolean
  /** Resolves with the list of replies, one for each request, in their order. */
  readonly send: (batch: readonly Request[]) => Promise<unknown>
  /** What a reply says. May throw: then that request alone fails. */
  readonly read: (reply: unknown) => Answer
}

interface Waiting<Request, Answer> {
  readonly request: Request
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends a request at once when nothing else is on its way, and what comes up meanwhile together, once a turn of the event
 * loop: one command of several keys costs client and server little more than one of a single key.
 */
export class Coalescer<Request, Answer> {
  readonly #lane: Lane
  readonly #dispatch: Dispatch<Request, Answer>
  #waiting: Waiting<Request, Answer>[] = []

  constructor(lane: Lane, dispatch: Dispatch<Request, Answer>) {
    this.#lane = lane
    this.#dispatch = dispatch
  }

  add(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject }
      if (this.#lane.inFlight === 0 || this.#lane.batchSize === 1) this.#send([waiting])
      else if (this.#waiting.push(waiting) === 1) setImmediate(this.#flush)
    })
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    let open: Waiting<Request, Answer>[][] = []
    for (const next of waiting) {
      const batch = open.find(([first]) => first && this.#dispatch.together(first.request, next.request))
      if (batch === undefined) open.push([next])
      else if (batch.push(next) === this.#lane.batchSize) {
        this.#send(batch)
        open = open.filter((other) => other !== batch)
      }
    }
    for (const batch of open) this.#send(batch)
  }

  #send(batch: readonly Waiting<Request, Answer>[]): void {
    const { send, read } = this.#dispatch
    let sent: Promise<unknown>
    try {
      sent = send(batch.map(({ request }) => request))
    } catch (error) {
      sent = Promise.reject(error)
    }
    this.#lane.inFlight++
    sent.then(
      (replies) => {
        this.#lane.inFlight--
        for (let i = 0; i < batch.length; i++) {
          const { resolve, reject } = batch[i] as Waiting<Request, Answer>
          try {
            resolve(read((replies as unknown[])[i]))
          } catch (error) {
            reject(error)
          }
        }
      },
      (error) => {
        this.#lane.inFlight--
        for (const { reject } of batch) reject(error)
      },
    )
  }
}
