import { bodyFor, type CapturedAnswer, hasNoBody, headerList, isSendable, type ResponseBody } from './answer'
import { BodyRecorder } from './body-recorder'

/**
 * A handler's response on its way to the client, recorded as it passes. What can be had at once goes out as a whole, after
 * the record is settled; what comes later goes out as it comes, and only its end waits. Up to `maxBytes` it is read as fast
 * as it comes, and beyond them as fast as the client reads.
 */
export class WebReply {
  readonly #response: Response
  readonly #recorder: BodyRecorder
  readonly #recorded: Promise<void>
  /** So many bytes a client waits for, and for nothing behind them. */
  readonly #declared: number
  #bytes = 0
  /** What would be the end for a client that counts: it waits for the record. */
  readonly #tail: Uint8Array[] = []
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #clientLeft = false
  /** Whether the client waits for more than it was given. */
  #isWanted = false
  #wake: (() => void) | undefined
  /** Why nobody will get the answer here. */
  #failure: { readonly error: unknown } | undefined
  /** What comes before anybody knows whether it will be streamed. */
  #early: Uint8Array[] | undefined = []

  /** @throws TypeError if it is no answer but that of a failed `fetch`: nobody could send it */
  constructor(response: Response, maxBytes: number) {
    const { status } = response
    if (!isSendable(status)) throw new TypeError(`a handler cannot answer with status ${status}`)
    this.#response = response
    this.#recorder = new BodyRecorder(maxBytes)
    this.#declared = Number(response.headers.get('content-length') ?? Number.NaN)
    this.#recorded = this.#record()
    // Whoever waits for the recording is told; nobody else needs to be.
    this.#recorded.catch(() => {})
  }

  get isStreamed(): boolean {
    return this.#controller !== undefined
  }

  /** Whether all of it is there without waiting for anything. */
  async isThereAtOnce(): Promise<boolean> {
    if (this.#isWhole) return this.#recorded.then(isTrue, isTrue)
    let timer: ReturnType<typeof setTimeout> | undefined
    const later = new Promise<'later'>((resolve) => {
      timer = setTimeout(() => resolve('later'))
    })
    const first = await Promise.race([this.#recorded.catch(() => {}), later])
    clearTimeout(timer)
    return first !== 'later'
  }

  /** The response as a stream whose end waits for {@link WebReply.release}. */
  stream(): Response {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
          for (const piece of this.#early ?? []) controller.enqueue(piece)
          this.#early = undefined
        },
        pull: () => {
          this.#isWanted = true
          this.#wake?.()
        },
        cancel: () => this.leave(),
      },
      { highWaterMark: 0 },
    )
    return this.#respond(body as ResponseBody)
  }

  /** Nobody waits for the answer, or does any longer: it is read to its end as fast as it comes. */
  leave(): void {
    this.#clientLeft = true
    this.#early = undefined
    this.#wake?.()
  }

  /** Resolves with the answer when all of it has passed. Rejects if the handler's stream fails. */
  async captured(): Promise<CapturedAnswer> {
    await this.#recorded
    const { status, headers } = this.#response
    return { status, headers: headerList(headers), body: this.#recorder.body }
  }

  /** The record is settled: the response as a whole, or the end of the stream. */
  release(): Response | undefined {
    if (this.#controller !== undefined) {
      if (this.#clientLeft) return undefined
      for (const piece of this.#tail) this.#controller.enqueue(piece)
      this.#controller.close()
      return undefined
    }
    const { body, headers } = this.#response
    return this.#respond(body && bodyFor(headers.get('content-type'), this.#recorder.body))
  }

  /**
   * The client has got something else, or a beginning that is not followed by its end. What still comes is read as long as it
   * can be kept, and broken off beyond: it may have no end.
   */
  fail(error: unknown): void {
    if (!this.#clientLeft) this.#controller?.error(error)
    this.#failure ??= { error }
    this.leave()
  }

  #respond(body: ResponseBody): Response {
    const { status, statusText, headers } = this.#response
    return new Response(hasNoBody(status) ? null : body, { status, statusText, headers })
  }

  async #record(): Promise<void> {
    const reader = this.#response.body?.getReader()
    if (reader === undefined) return
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        if (!(value instanceof Uint8Array)) throw new TypeError('the body of a response must give bytes')
        this.#recorder.add(value)
        this.#isWanted = false
        this.#pass(value)
        if (this.#recorder.body !== undefined) continue
        if (!this.#isWhole) await this.#untilWanted()
        if (this.#failure !== undefined) throw this.#failure.error
      }
    } catch (error) {
      // Else whoever makes it would go on, or wait, for nobody.
      reader.cancel(error).catch(() => {})
      throw error
    }
  }

  #pass(piece: Uint8Array): void {
    this.#bytes += piece.length
    if (this.#isWhole) this.#tail.push(piece)
    else if (this.#early !== undefined) this.#early.push(piece)
    else if (!this.#clientLeft) this.#controller?.enqueue(piece)
  }

  /** Whether a client would take what there is for the whole answer. */
  get #isWhole(): boolean {
    return this.#bytes >= this.#declared
  }

  /** Resolves when the client has taken everything, or has left. */
  async #untilWanted(): Promise<void> {
    if (this.#clientLeft || this.#isWanted) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}

const isTrue = (): boolean => true
