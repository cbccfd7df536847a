/** What several coalescers of one connection share: whether anything is on its way, and how much may go together. */
export class Lane {
  inFlight = 0
  readonly batchSize: number

  constructor(batchSize: number) {
    this.batchSize = batchSize
  }
}

interface Waiting<Request, Reply> {
  readonly request: Request
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends a request at once when nothing else is on its way, and what comes up meanwhile together, once a turn of the event
 * loop: one command of several keys costs client and server little more than one of a single key.
 */
export class Coalescer<Request, Reply> {
  readonly #lane: Lane
  readonly #together: (one: Request, other: Request) => boolean
  readonly #send: (batch: readonly Request[]) => Promise<readonly Reply[]>
  #waiting: Waiting<Request, Reply>[] = []

  /** `together`: whether two requests can be in one batch. `send` answers each request of a batch, in their order. */
  constructor(
    lane: Lane,
    together: (one: Request, other: Request) => boolean,
    send: (batch: readonly Request[]) => Promise<readonly Reply[]>,
  ) {
    this.#lane = lane
    this.#together = together
    this.#send = send
  }

  add(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject }
      if (this.#lane.inFlight === 0 || this.#lane.batchSize === 1) this.#dispatch([waiting])
      else if (this.#waiting.push(waiting) === 1) setImmediate(this.#flush)
    })
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    let open: Waiting<Request, Reply>[][] = []
    for (const next of waiting) {
      const batch = open.find(([first]) => first && this.#together(first.request, next.request))
      if (batch === undefined) open.push([next])
      else if (batch.push(next) === this.#lane.batchSize) {
        this.#dispatch(batch)
        open = open.filter((other) => other !== batch)
      }
    }
    for (const batch of open) this.#dispatch(batch)
  }

  #dispatch(batch: readonly Waiting<Request, Reply>[]): void {
    this.#lane.inFlight++
    this.#send(batch.map(({ request }) => request)).then(
      (replies) => {
        this.#lane.inFlight--
        for (const [i, { resolve }] of batch.entries()) resolve(replies[i] as Reply)
      },
      (error) => {
        this.#lane.inFlight--
        for (const { reject } of batch) reject(error)
      },
    )
  }
}
