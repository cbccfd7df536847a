import { AsyncLocalStorage } from 'node:async_hooks'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex, type Readable } from 'node:stream'

/** In which attempt code runs. */
const attempts = new AsyncLocalStorage<HeldConnection>()

/** Whose answers are not recorded yet, by the connection that they go to. */
const held = new WeakMap<Socket, Set<HeldConnection>>()

/**
 * The connection of a request, as long as its answer is not recorded. When the client hangs up, the response is put on one
 * that leads nowhere, before anybody hears of it: whatever writes it goes on to the end. That a handler destroys its
 * connection is told from that.
 */
export class HeldConnection {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #socket: Socket
  readonly #sources = new Set<Readable>()
  #isReleased = false
  #onDestroyed: ((error: Error) => void) | undefined

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req
    this.#res = res
    this.#socket = req.socket
    // Where there is no server, as in some clouds, there is no connection to lose.
    if (typeof req.socket?.prependListener !== 'function') return
    if (!held.has(req.socket)) held.set(req.socket, watched(req.socket))
    held.get(req.socket)?.add(this)
    res.on('pipe', (source: Readable) => this.#sources.add(source))
    res.on('unpipe', (source: Readable) => this.#sources.delete(source))
    this.#keepRequest()
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
    this.#isReleased = true
    held.get(this.#socket)?.delete(this)
  }

  /**
   * A response to the client in the place of this one, whose handler goes on as if its client had hung up; `undefined` where
   * there is no connection. That is closed behind it: to Node the request is not over before its handler has answered.
   */
  other(): ServerResponse | undefined {
    const res = this.#res
    const socket = this.#socket
    if (!held.has(socket)) return undefined
    const other = new ServerResponse(this.#req)
    other.shouldKeepAlive = false
    other.on('finish', () => socket.destroySoon())
    const isQueued = res.socket === null
    const isThere = res.socket === socket && !res.destroyed
    this.leave()
    if (isQueued) res.assignSocket = (free) => other.assignSocket(free)
    else other.assignSocket(isThere ? socket : (new Nowhere() as unknown as Socket))
    return other
  }

  /** Breaks off what the client gets; the handler goes on. Whether there was a connection to do so. */
  cut(): boolean {
    const socket = this.#socket
    if (!held.has(socket)) return false
    this.leave()
    socket.destroy()
    return true
  }

  /** Calls back when the connection is closed. Before that, Node takes the end of a response for the end of its turn. */
  whenClosed(then: () => void): void {
    if (this.#socket.closed) then()
    else this.#socket.once('close', then)
  }

  /** The connection is lost. */
  leave(): void {
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

  /** The connection is destroyed. Servers do so as well, when they shut down; then handlers go on. */
  destroyed(error: (Error & { syscall?: string }) | undefined): void {
    const isOwn = attempts.getStore() === this && !this.#socket.readableEnded && error?.syscall === undefined
    if (isOwn) this.#onDestroyed?.(error ?? new Error('the handler has destroyed its connection'))
  }

  /** A request that is complete can still be read when its client has left. */
  #keepRequest(): void {
    const req = this.#req
    const { destroy } = req
    req.destroy = (error?: Error & { code?: string }) =>
      !this.#isReleased && req.complete && error?.code === 'ECONNRESET' ? req : destroy.call(req, error)
  }

  /** Since Node 24 servers destroy what waits for its turn on a connection that is lost. */
  #keepResponse(): void {
    const res = this.#res
    const { destroy } = res
    res.destroy = (error?: Error & { code?: string }) =>
      error?.code === 'ECONNRESET' ? res : destroy.call(res, error)
  }
}

/**
 * Those who are held on a connection from now on: they hear before anybody else that it is lost. It is watched for good, for
 * to take back what an object was given makes it slow for the rest of its life.
 */
function watched(socket: Socket): Set<HeldConnection> {
  const all = new Set<HeldConnection>()
  const leave = (): void => {
    for (const each of [...all]) each.leave()
  }
  socket.prependListener('error', leave)
  socket.prependListener('close', leave)
  // Who sets a limit is the handler, mostly, and so its time runs out where the handler runs; but it is Node that destroys.
  let isTimeout = false
  socket.prependListener('timeout', () => {
    isTimeout = true
    process.nextTick(() => {
      isTimeout = false
    })
  })
  const { destroy } = socket
  socket.destroy = (error?: Error): Socket => {
    if (!isTimeout) for (const each of [...all]) each.destroyed(error)
    return destroy.call(socket, error)
  }
  return all
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
