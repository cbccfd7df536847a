import { connect, type Socket } from 'node:net'
import { Lane } from './lane'
import type { LostReplies } from './lost-replies'

export interface ProxyCounts {
  /** Connections that were accepted so far. */
  readonly connections: number
  readonly open: number
  readonly bytesToServer: number
  readonly bytesToClient: number
  /**
   * How often a client sent something after it had been answered, or for the first time. What is
   * sent together, in one pipeline, is one; so is what a driver asks when it connects.
   */
  readonly roundTrips: number
  /** Requests whose reply was lost on purpose. */
  readonly lostReplies: number
}

export interface ProxyState {
  /** Where connections go that are made from now on. */
  target: { readonly host: string; readonly port: number }
  delayMs: number
  readonly lost: LostReplies
  readonly counts: { -readonly [Name in keyof ProxyCounts]: ProxyCounts[Name] }
}

/** One client's connection and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #state: ProxyState
  #answered = true
  /** Told once the client is cut off; there while its reply is to be lost. */
  #onLost: (() => void) | undefined

  constructor(client: Socket, state: ProxyState) {
    const server = connect({ ...state.target, allowHalfOpen: true, noDelay: true })
    this.#client = client
    this.#server = server
    this.#state = state
    const delayMs = () => state.delayMs
    new Lane({ from: client, to: server, delayMs, passes: (chunk) => this.#toServer(chunk) })
    new Lane({ from: server, to: client, delayMs, passes: (chunk) => this.#toClient(chunk) })
    server.on('close', () => {
      // All that the server had been sent is done: it read to the end.
      if (this.#onLost) client.destroy()
    })
    client.on('close', () => {
      state.counts.open--
      this.#onLost?.()
    })
  }

  cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  #toServer(request: Buffer): boolean {
    const { counts, lost } = this.#state
    if (!this.#server.writable) return false
    counts.bytesToServer += request.length
    if (this.#answered) counts.roundTrips++
    this.#answered = false
    this.#onLost ??= lost.take(request, counts)
    return true
  }

  #toClient(reply: Buffer): boolean {
    this.#answered = true
    if (this.#onLost) {
      // This may be the reply to a request before. Not a reset, which could overtake the request
      // that is to take effect: the server gets all that was sent, then the end, and closes.
      this.#server.end()
      return false
    }
    this.#state.counts.bytesToClient += reply.length
    return true
  }
}
