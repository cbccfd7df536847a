import type { RequestBody } from '../exchange'
import { RestOfBody } from './rest-of-body'

/** The body of a web request: its beginning is read for the fingerprint, and handed on before the rest. */
export class WebBody {
  readonly #request: Request
  /** What was read, before the body is asked for by a handler. */
  #read:
    | { readonly head: Uint8Array<ArrayBuffer>; readonly rest: undefined }
    | { readonly head: Uint8Array; readonly rest: RestOfBody }
    | undefined
  #wasCutOff = false

  constructor(request: Request) {
    this.#request = request
  }

  /** Whether anything was read, so that the request itself can no longer give it. */
  get wasRead(): boolean {
    return this.#read !== undefined
  }

  /** The body, if it was read as a whole. */
  get whole(): Uint8Array<ArrayBuffer> | undefined {
    return this.#read?.rest === undefined ? this.#read?.head : undefined
  }

  /** Whether it broke off while a handler was reading it. */
  get wasCutOff(): boolean {
    return this.#wasCutOff
  }

  async read(limit: number, boundary: string | undefined): Promise<RequestBody> {
    const length = this.#request.headers.get('content-length')
    // Nothing of a body that is small anyway has to pass through a stream.
    if (length !== null && Number(length) <= limit) {
      const bytes = new Uint8Array(await this.#request.arrayBuffer())
      this.#read = { head: bytes, rest: undefined }
      return { bytes }
    }
    const reader = this.#request.body?.getReader()
    if (reader === undefined) return { bytes: new Uint8Array() }
    const pieces: Uint8Array[] = []
    let size = 0
    while (size <= limit) {
      const { done, value } = await reader.read()
      if (done) {
        this.#read = { head: joined(pieces, size), rest: undefined }
        return { bytes: this.#read.head }
      }
      pieces.push(value)
      size += value.length
    }
    const read = joined(pieces, size)
    const head = read.subarray(0, limit)
    let left: Uint8Array | undefined = read.subarray(limit)
    const rest = new RestOfBody(async () => {
      const first = left
      left = undefined
      try {
        return first ?? (await reader.read()).value
      } catch (error) {
        this.#wasCutOff = true
        throw error
      }
    }, boundary)
    this.#read = { head, rest }
    return { bytes: head, rest }
  }

  /** What a handler reads: all of the body, at its own pace. */
  toBody(): Uint8Array | ReadableStream<Uint8Array> | undefined {
    if (this.#read === undefined) return undefined
    const { head, rest } = this.#read
    if (rest === undefined) return head
    let first: Uint8Array | undefined = head
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const piece = first ?? (await rest.next())
          first = undefined
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        },
      },
      { highWaterMark: 0 },
    )
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
