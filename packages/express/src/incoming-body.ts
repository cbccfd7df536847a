import { mediaType, type RequestBody, RestOfBody } from '@idem/core/http'
import type { Request } from 'express'

/** The body of a request: its beginning is read, and put back for whoever reads it next. */
export class IncomingBody {
  readonly #req: Request
  readonly #boundary: string | undefined
  #rest: { readonly of: RestOfBody; readonly from: number } | undefined
  /** Whether the bytes were lent to functions among the options, where no parser has left anything. */
  #isLent = false
  /** Whether a handler has it, which may read what is left. */
  #isHandedOn = false

  constructor(req: Request) {
    this.#req = req
    this.#boundary = mediaType(req.headers['content-type']).boundary
  }

  async read(limit: number): Promise<RequestBody> {
    const req = this.#req
    const isOthers = isBeingRead(req)
    if ((req.readableDidRead && req.readableLength === 0) || (isOthers && !isNone(req))) return parsed(req)
    const read = isOthers ? Buffer.alloc(0) : await peek(req, limit)
    if (read === undefined) return parsed(req)
    if (read.length > limit) {
      const of = new RestOfBody(pieces(req, limit), this.#boundary)
      this.#rest = { of, from: limit }
      // Node does so only where nobody has begun to read; what is left would stand in the way of the next request.
      req.res?.once('finish', () => this.#drop())
      return { bytes: read.subarray(0, limit), rest: of }
    }
    if (req.body === undefined) {
      req.body = read
      this.#isLent = true
    }
    return { bytes: read }
  }

  /**
   * The request for functions among the options. If they want a body which is too large they must not take it for none: all
   * would be alike. To all others, who log at any time, it is none.
   */
  get source(): Request {
    return this.#rest === undefined || this.#req.body !== undefined
      ? this.#req
      : new Proxy(this.#req, TOO_LARGE)
  }

  /** What was lent to functions among the options is theirs no more. */
  giveBack(): void {
    if (this.#isLent) this.#req.body = undefined
    this.#isLent = false
  }

  /** From here on it is read by others: what they read of the rest is counted. */
  handOn(): void {
    this.giveBack()
    if (this.#rest !== undefined) count(this.#req, this.#rest.of, this.#rest.from)
    this.#isHandedOn = true
  }

  #drop(): void {
    const req = this.#req
    const isRead = req.readableFlowing !== null || req.listenerCount('readable') > 0
    if (req.destroyed || (this.#isHandedOn && isRead)) return
    req.removeAllListeners('readable')
    process.nextTick(() => req.resume())
  }
}

const TOO_LARGE: ProxyHandler<Request> = {
  get(req, name) {
    if (name === 'body' && req.body === undefined) {
      throw Object.assign(new Error('the body has more than maxRequestBytes'), { status: 413 })
    }
    return Reflect.get(req, name)
  },
}

/** Whether somebody is about to get the body as it comes: then it is gone before it can be compared, or comes as text. */
function isBeingRead(req: Request): boolean {
  return req.readableFlowing === true || req.listenerCount('data') > 0 || req.readableEncoding !== null
}

/** Whether it is said that there is no body (RFC 9112, 6.3). Of what came without lines of headers nothing is said. */
function isNone({ rawHeaders, headers, httpVersionMajor }: Request): boolean {
  const isSaid = httpVersionMajor === 1 && rawHeaders.length > 0
  return isSaid && headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

/** What a parser or a reader of forms has made of the body; nothing, if it was read and nothing left of it. */
function parsed(req: Request): RequestBody {
  const { body, fields, file, files } = req as Form
  if (body instanceof Uint8Array) return { bytes: body }
  const uploads = [file, ...Object.values(files ?? {}).flat()].filter((upload) => upload !== undefined)
  if (uploads.length === 0) return { parsed: fields === undefined ? body : { body, fields } }
  // Where a form has files only, express-fileupload leaves no body; others do, or keep its fields where nobody knows.
  const hasFields = body !== undefined || fields !== undefined || uploads.every(isOfFileUpload)
  const one = file === undefined ? [] : [contentOf(file)]
  const named = contentsOf(files ?? {})
  const isKnown = [...one, ...Object.values(named).flat()].every(tellsSomething)
  return { parsed: hasFields && isKnown ? { body, fields, file: one, files: named } : undefined }
}

/** As multer, express-fileupload and formidable leave a form. */
interface Form {
  readonly body?: unknown
  readonly fields?: unknown
  readonly file?: unknown
  readonly files?: object | null
}

/** By field, where they are: in which order fields come may be an accident. */
function contentsOf(files: object): Record<string, Content[]> | Content[] {
  if (Array.isArray(files)) return files.map(contentOf)
  const fields = Object.entries(files)
  return Object.fromEntries(fields.map(([field, uploads]) => [field, [uploads].flat().map(contentOf)]))
}

type Content = Readonly<Record<'field' | 'name' | 'type' | 'size' | 'hash' | 'bytes', unknown>>

/** Of a file that was uploaded, what is no accident of where it was put. */
function contentOf(upload: unknown): Content {
  const of = Object(upload) as Record<string, unknown>
  const text = (...names: string[]) =>
    names.map((name) => of[name]).find((value) => typeof value === 'string')
  const bytes = [of['buffer'], of['data']].find((value) => value instanceof Uint8Array)
  return {
    field: text('fieldname'),
    name: text('originalname', 'originalFilename', 'name'),
    type: text('mimetype', 'type'),
    size: typeof of['size'] === 'number' ? of['size'] : undefined,
    hash: text('md5', 'hash'),
    bytes: bytes && Buffer.from(bytes as Uint8Array).toString('base64'),
  }
}

const tellsSomething = ({ name, size, hash, bytes }: Content): boolean =>
  [name, size, hash, bytes].some((value) => value !== undefined)

const isOfFileUpload = (upload: unknown): boolean => typeof Object(upload).mv === 'function'

/**
 * The whole body, or a beginning of more than `limit` bytes; `undefined` if somebody reads it meanwhile. It is put back in
 * the same breath: whoever comes later must not find that the stream has ended.
 */
function peek(req: Request, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const taken: Buffer[] = []
    let size = 0
    const look = (): void => {
      const isGone = size === 0 && req.readableLength === 0 && req.readableDidRead
      const isOthers = isGone || isBeingRead(req)
      // To read when there is nothing would end a stream that is complete.
      if (!isOthers && req.readableLength > 0) {
        const piece = req.read() as Buffer
        taken.push(piece)
        size += piece.length
      }
      if (!isOthers && size <= limit && !req.complete) return
      for (const event of BREAKS) req.off(event, broken)
      req.off('readable', look)
      const whole = isOthers ? undefined : Buffer.concat(taken)
      if (whole !== undefined && size > 0) req.unshift(whole)
      resolve(whole)
    }
    const broken = (): void => {
      const error = new Error('the client left before all of its request was there')
      reject(Object.assign(error, { status: 400 }))
    }
    // What came with the head is there by then. To listen reads, and that would end an empty body.
    process.nextTick(() => {
      if (req.destroyed) return broken()
      // Where there is no server, as in some clouds, it may be complete, and yet come only when it is asked for.
      const isLazy = Object.hasOwn(req, '_read') && req.headers['content-length'] !== '0'
      if (isLazy && req.readableLength === 0) req.read(0)
      for (const event of BREAKS) req.on(event, broken)
      if (!req.complete) req.on('readable', look)
      look()
    })
  })
}

const BREAKS = ['error', 'close'] as const

/** What follows the first `from` bytes, for a request that has no handler. */
function pieces(req: Request, from: number): () => Promise<Uint8Array | undefined> {
  let source: AsyncIterator<Buffer> | undefined
  let skip = from
  return async () => {
    source ??= req.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
    for (;;) {
      const { done, value } = await source.next()
      if (done) return undefined
      const piece = value.subarray(skip)
      skip -= value.length - piece.length
      if (piece.length > 0) return piece
    }
  }
}

/**
 * Counts what is behind the first `from` bytes as it comes in, which is a little ahead of whoever reads it: as text, say, what
 * was read can no longer be told byte by byte.
 */
function count(req: Request, rest: RestOfBody, from: number): void {
  const held = (req.read() ?? Buffer.alloc(0)) as Buffer
  req.unshift(held)
  rest.passed(held.subarray(from))
  if (req.complete) {
    rest.passed(undefined)
    return
  }
  const { push } = req
  req.push = (piece: Buffer | null, encoding?: BufferEncoding): boolean => {
    rest.passed(piece ?? undefined)
    return push.call(req, piece, encoding)
  }
}
