import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type Answer, BodyRecorder, type CapturedAnswer, hasNoBody } from '@idem/core/http'
import type { HeldConnection } from './held-connection'
import { headersOf, ownHeaders, setHeaders } from './response-headers'
import { isAscii, sendAnswer } from './send-answer'

type Callback = (error?: Error | null) => void

/**
 * A response that is recorded as it is sent, in whichever way. What is written goes out as it comes; its end waits for
 * {@link RecordedReply.release}. To whoever sends it, it has ended: it can be added to no more.
 */
export class RecordedReply {
  readonly #res: ServerResponse
  readonly #before: OutgoingHttpHeaders
  readonly #maxBytes: number
  readonly #recorder: BodyRecorder
  readonly #node: Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'destroy' | 'flushHeaders'>
  #head: Pick<CapturedAnswer, 'status' | 'headers'> | undefined
  #bytes = 0
  /** All of the body, where it was given as one text. */
  #text: string | undefined
  /** What is held back. */
  #tail: (Uint8Array | string)[] = []
  /** Whether the client has got anything of it. */
  #hasBegun = false
  #hasEnded = false
  /** Where it would have gone, if it is sent to nobody by now. */
  #movedFrom: HeldConnection | undefined
  #keep: (answer: CapturedAnswer) => void = () => {}
  #fail: (error: unknown) => void = () => {}

  constructor(res: ServerResponse, maxBytes: number) {
    this.#res = res
    this.#before = headersOf(res)
    this.#maxBytes = maxBytes
    this.#recorder = new BodyRecorder(maxBytes)
    const { writeHead, write, end, destroy, flushHeaders } = res
    this.#node = { writeHead, write, end, destroy, flushHeaders }
  }

  /** Runs the handler. Resolves with its answer when all of it has passed; rejects if it breaks off. */
  captured(connection: HeldConnection, handler: () => void): Promise<CapturedAnswer> {
    return new Promise((resolve, reject) => {
      this.#fail = reject
      this.#keep = (answer) => {
        // What is said of a request that was cut off is not said of its repetition.
        if (answer.status >= 400 && connection.wasCutOff) reject(new Error('the request was cut off'))
        else resolve(answer)
      }
      this.#attach()
      connection.run(handler, reject)
    })
  }

  /** The record is settled: the end goes out. */
  release(): void {
    const { write, end } = this.#node
    // For Node it has not ended before.
    this.#res.finished = false
    const last = this.#tail.pop()
    for (const piece of this.#tail) write.call(this.#res, piece, 'utf8')
    end.call(this.#res, last, typeof last === 'string' ? 'latin1' : 'utf8')
  }

  /**
   * Another attempt has answered this request, or there is no answer to it. Whether the handler goes on: then what it answers
   * is still recorded, and sent to nobody. Where there is no connection, what it answers is dropped.
   */
  replaceBy(answer: Answer, connection: HeldConnection): boolean {
    if (this.#hasBegun) {
      const isCut = !this.#hasEnded && connection.cut()
      if (isCut) this.#movedFrom = connection
      else this.fail()
      return isCut
    }
    const other = connection.other()
    if (other === undefined) {
      this.#replaceInPlace(answer)
      return false
    }
    this.#movedFrom = connection
    for (const [name, value] of Object.entries(this.#before)) other.setHeader(name, value ?? '')
    sendAnswer(other, answer)
    if (this.#hasEnded) connection.whenClosed(() => this.release())
    return true
  }

  #replaceInPlace(answer: Answer): void {
    const res = this.#res
    if (res.headersSent) {
      this.fail()
      return
    }
    this.#hasEnded = true
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    for (const [name, value] of Object.entries(this.#before)) res.setHeader(name, value ?? '')
    res.writeHead = this.#node.writeHead
    sendAnswer(res, answer, this.#node.end)
    // Whoever still answers would end the process: Node refuses headers that come too late.
    const dropped = (): ServerResponse => res
    res.writeHead = dropped
    res.setHeader = dropped
    res.appendHeader = dropped
    res.removeHeader = ignore
  }

  /** The client has got a beginning that is not followed by its end. */
  fail(): void {
    this.#hasEnded = true
    this.#node.destroy.call(this.#res)
  }

  #attach(): void {
    const res = this.#res
    // Whoever goes on writing when the answer is complete is told in the callback, and ends no process.
    res.on('error', ignore)
    // One by one: an object that many properties are added to at once, or under names that are computed, is slow from then on.
    res.writeHead = this.#writeHead as ServerResponse['writeHead']
    res.write = this.#write as ServerResponse['write']
    res.end = this.#end as ServerResponse['end']
    res.destroy = (error?: Error) => {
      this.#fail(error ?? new Error('the handler has destroyed its response'))
      return this.#node.destroy.call(res, error)
    }
    res.flushHeaders = () => {
      // Where nothing can follow, they are the end.
      if (this.#isWhole()) return
      this.#hasBegun = true
      this.#node.flushHeaders.call(res)
    }
  }

  readonly #writeHead = (status: number, ...more: unknown[]): ServerResponse => {
    const res = this.#res
    const reason = typeof more[0] === 'string' ? [more.shift() as string] : []
    // As for Node: a reason that is not there may be followed by headers all the same.
    const headers = more[1] ?? more[0]
    if (!res.headersSent) {
      res.statusCode = status
      if (headers !== undefined) setHeaders(res, headers)
      this.#head = { status, headers: ownHeaders(res, this.#before) }
    }
    return this.#node.writeHead.call(res, status, ...(reason as []))
  }

  readonly #write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    const done = callbackIn(encoding, callback)
    if (this.#hasEnded) {
      if (done) process.nextTick(done, new Error('write after end'))
      return false
    }
    const bytes = bytesOf(chunk, encoding)
    this.#pass(bytes)
    if (this.#isWhole()) {
      this.#tail.push(Buffer.from(bytes))
      if (done) process.nextTick(done)
      return true
    }
    this.#hasBegun = true
    // That a client is gone, which Node tells since 22, is no reason for an error.
    return this.#node.write.call(this.#res, bytes, 'utf8', () => done?.())
  }

  readonly #end = (chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse => {
    const res = this.#res
    const done = callbackIn(chunk, encoding, callback)
    if (this.#hasEnded) {
      if (done) process.nextTick(done, new Error('end after end'))
      return res
    }
    const isText = typeof chunk === 'string' && chunk !== '' && this.#bytes === 0 && isUtf8(encoding)
    const isGiven = !isText && chunk && typeof chunk !== 'function'
    const bytes = isGiven ? bytesOf(chunk, encoding) : undefined
    const length = isText ? Buffer.byteLength(chunk) : (bytes?.length ?? 0)
    // First, for it may throw: then nothing has ended, and nothing of this is in what is sent instead.
    if (!res.headersSent) this.#complete(this.#bytes + length)
    if (isText) {
      this.#bytes = length
      this.#text = chunk
      this.#tail.push(isAscii(chunk, length) ? chunk : Buffer.from(chunk))
    } else if (bytes !== undefined) {
      this.#pass(bytes)
      // Whoever has ended a response may use its buffer for something else; as long as it is small, there is a copy.
      this.#tail.push(this.#tail.length === 0 && this.#bytes === bytes.length ? this.#copy(bytes) : bytes)
    }
    if (done) res.once('finish', done)
    this.#hasEnded = true
    res.finished = true
    const { status, headers } = this.#head ?? { status: res.statusCode, headers: [] }
    const isEmpty = status === 204 || status === 304
    this.#keep({ status, headers, body: isEmpty ? '' : this.#body() })
    const from = this.#movedFrom
    if (from) process.nextTick(() => from.whenClosed(() => this.release()))
    return res
  }

  /** Makes the head, as Node does at the end: from here on nobody can change it. Nothing is sent yet. */
  #complete(length: number): void {
    const res = this.#res
    const isSaid =
      res.hasHeader('content-length') || res.hasHeader('transfer-encoding') || res.hasHeader('trailer')
    if (!isSaid && res.statusCode !== 204 && res.statusCode !== 304) res.setHeader('Content-Length', length)
    try {
      res.writeHead(res.statusCode)
    } catch (error) {
      if (!isSaid) res.removeHeader('Content-Length')
      throw error
    }
  }

  #body(): CapturedAnswer['body'] {
    if (this.#text === undefined) return this.#recorder.body
    return this.#bytes <= this.#maxBytes ? this.#text : undefined
  }

  #pass(bytes: Uint8Array): void {
    this.#recorder.add(bytes)
    this.#bytes += bytes.length
  }

  #copy(bytes: Uint8Array): Uint8Array {
    return this.#recorder.body ?? bytes
  }

  /** Whether a client would take what there is for the whole answer. */
  #isWhole(): boolean {
    const res = this.#res
    const length = res.getHeader('content-length')
    return hasNoBody(res.statusCode) || (length !== undefined && this.#bytes >= Number(length))
  }
}

const isUtf8 = (encoding: unknown): boolean =>
  typeof encoding !== 'string' || encoding === 'utf8' || encoding === 'utf-8'

function ignore(): void {}

function callbackIn(...args: unknown[]): Callback | undefined {
  return args.find((arg) => typeof arg === 'function') as Callback | undefined
}

/** @throws TypeError if it is no text and no bytes */
function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') {
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  }
  throw Object.assign(new TypeError(`a response takes text and bytes; got ${typeof chunk}`), {
    code: 'ERR_INVALID_ARG_TYPE',
  })
}
