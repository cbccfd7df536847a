import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex, type Readable } from 'node:stream'

/** In which attempt code runs. */
const attempts = new AsyncLocalStorage<HeldConnection>()

/**
 * The connection of a request, as long as its answer is not recorded. When the client hangs up, the response is put on one
 * that leads nowhere, before anybody hears of it: whatever writes it goes on to the end. That a handler destroys its
 * connection is told from that.
 */
export class HeldConnection {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #socket: Socket
  readonly #undo: (() => void)[] = []
  readonly #sources = new Set<Readable>()
  #onDestroyed: ((error: Error) => void) | undefined

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req
    this.#res = res
    this.#socket = req.socket
    // Where there is no server, as in some clouds, there is no connection to lose.
    if (typeof req.socket?.prependListener !== 'function') return
    for (const event of ['error', 'close'] as const) {
      req.socket.prependListener(event, this.#leave)
      this.#undo.push(() => req.socket.off(event, this.#leave))
    }
    const piped = (source: Readable) => this.#sources.add(source)
    const unpiped = (source: Readable) => this.#sources.delete(source)
    res.on('pipe', piped).on('unpipe', unpiped)
    this.#undo.push(() => res.off('pipe', piped).off('unpipe', unpiped))
    this.#keepRequest()
    this.#watchDestroy()
  }

  /** Runs a handler, which is listened to: `onDestroyed` is called if it destroys the connection. */
  run(handler: () => void, onDestroyed: (error: Error) => void): void {
    this.#onDestroyed = onDestroyed
    attempts.run(this, handler)
  }

  /** Whether the client left before all of its request was there. */
  get wasCutOff(): boolean {
    return this.#req.destroyed && !this.#req.complete
  }

  /** The answer is recorded, or never will be: the connection is left alone. */
  release(): void {
    for (const undo of this.#undo.splice(0)) undo()
  }

  readonly #leave = (): void => {
    const res = this.#res
    // Behind another answer on the connection, it has none yet.
    const isQueued = res.socket === null
    if ((res.socket !== this.#socket && !isQueued) || res.destroyed) return
    for (const source of this.#sources) shield(source)
    if (isQueued) this.#keepResponse()
    else res.detachSocket(this.#socket)
    // Node detaches what it has attached when the response has ended, and attaches it when its turn has come.
    res.detachSocket = () => {}
    const nowhere = new Nowhere() as unknown as Socket
    res.assignSocket(nowhere)
    res.assignSocket = () => {}
    // Parsers leave alone what is said to have ended.
    if (this.#req.complete) this.#req.socket = nowhere
    res.emit('drain')
  }

  /** A request that is complete can still be read when its client has left. */
  #keepRequest(): void {
    const req = this.#req
    const { destroy } = req
    const own = (error?: Error & { code?: string }) =>
      req.complete && error?.code === 'ECONNRESET' ? req : destroy.call(req, error)
    this.#undo.push(overridden(req, 'destroy', own))
  }

  /** Since Node 24 servers destroy what waits for its turn on a connection that is lost. */
  #keepResponse(): void {
    const res = this.#res
    const { destroy } = res
    res.destroy = (error?: Error & { code?: string }) =>
      error?.code === 'ECONNRESET' ? res : destroy.call(res, error)
  }

  /** Servers destroy connections as well, when they shut down; then handlers go on. */
  #watchDestroy(): void {
    const socket = this.#socket
    const { destroy } = socket
    const own = (error?: Error & { syscall?: string }) => {
      const isOwn = attempts.getStore() === this && !socket.readableEnded && error?.syscall === undefined
      if (isOwn) this.#onDestroyed?.(error ?? new Error('the handler has destroyed its connection'))
      return destroy.call(socket, error)
    }
    this.#undo.push(overridden(socket, 'destroy', own))
  }
}

/** Gives an object a method of its own, and a way to take it back. */
function overridden<T extends object, K extends keyof T>(object: T, name: K, method: T[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name)
  object[name] = method
  return () => {
    // Whoever came later has built on it.
    if (object[name] !== method) return
    if (before === undefined) delete object[name]
    else Object.defineProperty(object, name, before)
  }
}

/** Who hears of the client's leaving destroys what it sends, as `res.sendFile` does: not now. */
function shield(source: Readable): void {
  const { destroy } = source
  source.destroy = () => source
  setImmediate(() => {
    source.destroy = destroy
  })
}

/** A connection to nobody. */
class Nowhere extends Duplex {
  constructor() {
    // As nobody hears of its draining, it is never full.
    super({ highWaterMark: Number.MAX_SAFE_INTEGER })
    this.on('error', () => {})
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done()
  }

  setTimeout(): this {
    return this
  }

  destroySoon(): void {
    this.destroy()
  }
}
