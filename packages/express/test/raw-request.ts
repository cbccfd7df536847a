import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** As they came, in order. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  header(name: string): string | undefined
  readonly body: Buffer
  readonly text: string
  /** Whether all of it came. */
  readonly isWhole: boolean
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly key?: string
  readonly type?: string
  readonly headers?: readonly string[]
  /** As a list, it is sent chunk by chunk. */
  readonly body?: string | Uint8Array | readonly Uint8Array[]
  readonly declaredLength?: number
}

/** Puts a request on a connection of its own, as it stands there. */
export async function send(port: number, request: RawRequest = {}): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  // What becomes of it is seen by what was read.
  socket.on('error', () => {})
  await once(socket, 'connect')
  const { method = 'POST', path = '/', key = '"a"', type = 'application/json', headers = [] } = request
  const { body = '{"a":1}' } = request
  const isChunked = Array.isArray(body)
  const length = request.declaredLength ?? Buffer.byteLength(isChunked ? '' : (body as string | Uint8Array))
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: shop.example',
    'Connection: close',
    ...(key === '' ? [] : [`Idempotency-Key: ${key}`]),
    ...(method === 'GET' || method === 'HEAD'
      ? []
      : [`Content-Type: ${type}`, isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`]),
    ...headers,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  if (method === 'GET' || method === 'HEAD') return socket
  if (!isChunked) socket.write(body as string | Uint8Array)
  else {
    for (const piece of body as readonly Uint8Array[]) {
      socket.write(
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
      )
    }
    socket.write('0\r\n\r\n')
  }
  return socket
}

/** Sends a request, and reads until the server ends the connection. */
export async function ask(port: number, request: RawRequest = {}): Promise<RawAnswer> {
  return received(await send(port, request))
}

export async function received(socket: Socket): Promise<RawAnswer> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return parsed(Buffer.concat(pieces))
}

function parsed(all: Buffer): RawAnswer {
  const end = all.indexOf('\r\n\r\n')
  const [first = '', ...rows] = all.toString('latin1', 0, Math.max(end, 0)).split('\r\n')
  const status = Number(first.split(' ')[1] ?? 0)
  // Said before the answer.
  if (status >= 100 && status < 200) return parsed(all.subarray(end + 4))
  const lines = rows.map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 2)] as const)
  const header = (name: string) =>
    lines
      .filter(([known]) => known.toLowerCase() === name)
      .map(([, value]) => value)
      .join(', ') || undefined
  const rest = end < 0 ? Buffer.alloc(0) : all.subarray(end + 4)
  const { body, isWhole } = header('transfer-encoding') === 'chunked' ? dechunked(rest) : plain(rest, header)
  return { status, lines, header, body, text: body.toString(), isWhole: isWhole && end >= 0 }
}

function plain(rest: Buffer, header: RawAnswer['header']) {
  return { body: rest, isWhole: rest.length === Number(header('content-length') ?? rest.length) }
}

function dechunked(rest: Buffer) {
  const pieces: Buffer[] = []
  for (let at = 0; ; ) {
    const line = rest.indexOf('\r\n', at)
    const size = line < 0 ? Number.NaN : Number.parseInt(rest.toString('latin1', at, line), 16)
    if (size === 0 || Number.isNaN(size)) return { body: Buffer.concat(pieces), isWhole: size === 0 }
    pieces.push(rest.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
