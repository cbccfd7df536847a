import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A request exactly as it is put on the wire. */
export interface RawRequest {
  readonly method?: string
  readonly target?: string
  /** The value of `Idempotency-Key`, as it is to stand there. */
  readonly key?: string | undefined
  /** Whose request it is, for scopes that go by it. */
  readonly user?: string | undefined
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  readonly body?: string | Uint8Array | undefined
  /** What `Content-Length` says, if not the body's. */
  readonly declaredLength?: number
  /** Whether another request follows on the connection. */
  readonly isFollowed?: boolean
}

export interface RawHead {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The header's lines, joined by commas. */
  header(name: string): string | undefined
  /** The header's lines. */
  lines(name: string): readonly string[]
}

export interface RawResponse extends RawHead {
  readonly body: Buffer
  readonly text: string
}

/** One connection to a server: a socket, and nothing that would normalise what goes over it. */
export class RawConnection {
  readonly socket: Socket
  readonly #method: string
  #held: Buffer = Buffer.alloc(0)
  #left = 0
  #isChunked = false
  #untilClose = false

  private constructor(socket: Socket, method: string) {
    this.socket = socket
    this.#method = method
  }

  /** Puts requests on a connection, the next before the last is answered. */
  static async send(
    port: number,
    ...requests: readonly [RawRequest, ...RawRequest[]]
  ): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1' })
    // Whoever reads is told; whoever does not need not be.
    socket.on('error', () => {})
    socket.pause()
    await once(socket, 'connect')
    socket.write(Buffer.concat(requests.map(printed)))
    return new RawConnection(socket, requests[0].method ?? 'POST')
  }

  /** Reads up to the body. @throws Error if the connection ends before */
  async head(): Promise<RawHead> {
    for (;;) {
      const head = parsedHead(await this.#until('\r\n\r\n'))
      if (head.status === 100) continue
      this.#isChunked = head.header('transfer-encoding') === 'chunked'
      const length = head.header('content-length')
      const hasNone = this.#method === 'HEAD' || head.status === 204 || head.status === 304
      this.#left = hasNone || this.#isChunked ? 0 : Number(length ?? 0)
      this.#untilClose = !hasNone && !this.#isChunked && length === undefined
      if (hasNone) this.#isChunked = false
      return head
    }
  }

  /** The next piece of the body; `undefined` at its end. @throws Error if the connection ends before */
  async piece(): Promise<Buffer | undefined> {
    if (this.#untilClose) return this.#some()
    if (this.#isChunked && this.#left === 0) {
      this.#left = Number.parseInt(await this.#until('\r\n'), 16)
      if (this.#left === 0) {
        await this.#until('\r\n')
        return undefined
      }
    }
    if (this.#left === 0) return undefined
    if (this.#held.length === 0) await this.#more()
    const piece = this.#held.subarray(0, this.#left)
    this.#held = this.#held.subarray(piece.length)
    this.#left -= piece.length
    if (this.#isChunked && this.#left === 0) await this.#until('\r\n')
    return piece
  }

  /** The whole answer; the connection ends with it. */
  async response(): Promise<RawResponse> {
    try {
      return await this.next()
    } finally {
      this.hangUp()
    }
  }

  /** A whole answer, which another one follows. */
  async next(): Promise<RawResponse> {
    const head = await this.head()
    const pieces: Buffer[] = []
    for (let piece = await this.piece(); piece; piece = await this.piece()) pieces.push(piece)
    const body = Buffer.concat(pieces)
    return { ...head, body, text: body.toString() }
  }

  hangUp(): void {
    this.socket.destroy()
  }

  async #until(end: string): Promise<string> {
    for (let seen = 0; ; ) {
      const at = this.#held.indexOf(end, Math.max(0, seen - end.length))
      if (at >= 0) {
        const text = this.#held.toString('latin1', 0, at)
        this.#held = this.#held.subarray(at + end.length)
        return text
      }
      seen = this.#held.length
      await this.#more()
    }
  }

  async #some(): Promise<Buffer | undefined> {
    if (this.#held.length === 0) await this.#more().catch(() => {})
    const piece = this.#held
    this.#held = Buffer.alloc(0)
    return piece.length > 0 ? piece : undefined
  }

  async #more(): Promise<void> {
    const { socket } = this
    for (;;) {
      const piece = socket.read() as Buffer | null
      if (piece !== null) {
        this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
        return
      }
      if (socket.destroyed || socket.readableEnded) throw new Error('the connection ended before the answer')
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no answer comes')), PATIENCE_MS)
        const wake = (): void => {
          clearTimeout(timer)
          for (const event of EVENTS) socket.off(event, wake)
          resolve()
        }
        for (const event of EVENTS) socket.on(event, wake)
      })
    }
  }
}

/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 20_000
const EVENTS = ['readable', 'end', 'close'] as const

/** Sends a request on a connection of its own, and reads the answer. */
export async function exchange(port: number, request: RawRequest): Promise<RawResponse> {
  return (await RawConnection.send(port, request)).response()
}

function printed(request: RawRequest): Buffer {
  const { method = 'POST', target = '/orders', key, user, headers = [], body } = request
  const bytes = Buffer.from(body ?? '')
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(request.isFollowed ? [] : ['Connection: close']),
    ...(key === undefined ? [] : [`Idempotency-Key: ${key}`]),
    ...(user === undefined ? [] : [`X-User: ${user}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${request.declaredLength ?? bytes.length}`]),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes])
}

function parsedHead(text: string): RawHead {
  const [first = '', ...lines] = text.split('\r\n')
  const headers = lines.map((line) => {
    const at = line.indexOf(':')
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
  })
  const linesOf = (name: string) => headers.filter(([known]) => known === name).map(([, value]) => value)
  return {
    status: Number(first.split(' ')[1]),
    headers,
    lines: linesOf,
    header: (name) => (linesOf(name).length === 0 ? undefined : linesOf(name).join(', ')),
  }
}
