import type { Socket } from 'node:net'

interface LaneOptions {
  readonly from: Socket
  readonly to: Socket
  /** How long what arrives now is held back. */
  readonly delayMs: () => number
  /** Sees each chunk when its time has come; false keeps it from being passed on. */
  readonly passes: (chunk: Buffer) => boolean
}

type Arrival = { readonly dueAt: number } & (
  | { readonly kind: 'chunk'; readonly chunk: Buffer }
  | { readonly kind: 'end' | 'reset' }
)

/** What a delayed direction holds before its sender has to wait, as the buffers of a network would. */
const maxHeldBytes = 1 << 20

/**
 * One direction of a proxied connection: all that arrives on one side comes out on the other in its
 * order, the end and a reset included, and a slow reader slows the sender down.
 */
export class Lane {
  readonly #options: LaneOptions
  readonly #held: Arrival[] = []
  #heldBytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LaneOptions) {
    this.#options = options
    const { from, to } = options
    from.on('data', (chunk: Buffer) => {
      this.#heldBytes += chunk.length
      this.#hold({ kind: 'chunk', chunk, dueAt: this.#due() })
    })
    from.on('end', () => this.#hold({ kind: 'end', dueAt: this.#due() }))
    from.on('error', () => this.#hold({ kind: 'reset', dueAt: this.#due() }))
    to.on('drain', () => this.#regulate())
    to.on('close', () => {
      clearTimeout(this.#timer)
      this.#held.length = 0
      this.#heldBytes = 0
      // Nobody reads any more; what is still sent must not fill the sender's window.
      from.resume()
    })
  }

  #due(): number {
    const delay = this.#options.delayMs()
    return delay === 0 ? 0 : performance.now() + delay
  }

  #hold(arrival: Arrival): void {
    this.#held.push(arrival)
    // A head that waits already wakes the flow.
    if (this.#held.length === 1) this.#flow()
    this.#regulate()
  }

  #flow(): void {
    for (let head = this.#held[0]; head; head = this.#held[0]) {
      const wait = head.dueAt - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#flow(), wait)
        return
      }
      this.#held.shift()
      this.#deliver(head)
    }
    this.#regulate()
  }

  #deliver(arrival: Arrival): void {
    const { to, passes } = this.#options
    if (arrival.kind === 'chunk') {
      this.#heldBytes -= arrival.chunk.length
      if (passes(arrival.chunk) && to.writable) to.write(arrival.chunk)
    } else if (arrival.kind === 'end') to.end()
    else reset(to)
  }

  #regulate(): void {
    const { from, to } = this.#options
    if (this.#heldBytes > maxHeldBytes || to.writableNeedDrain) from.pause()
    else from.resume()
  }
}

/**
 * Resets a connection at once; what it has yet to send is lost. A socket whose end is under way cannot be reset: Node.js
 * would leave it open, and never end. It is closed instead.
 */
function reset(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished
  if (!isEnding) socket.resetAndDestroy()
  socket.destroy()
}
