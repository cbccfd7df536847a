/** One request, to be sent as often as it takes. */
export interface Sendings {
  /** What `fetch` is given for one sending. */
  next(signal: AbortSignal, isLast: boolean): Request
  /** Whether it can be sent more than once: a stream is gone when it was read. */
  readonly canRepeat: boolean
}

export type FetchInput = string | URL | Request

/** Bodies that are read afresh whenever they are sent. */
const isRepeatable = (body: unknown): boolean =>
  body === null ||
  body === undefined ||
  typeof body === 'string' ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body) ||
  ['Blob', 'File', 'FormData', 'URLSearchParams'].includes(Object.prototype.toString.call(body).slice(8, -1))

/**
 * A call of `fetch` as something that can be sent again. The body of a `Request` is copied as it is sent, for what it was
 * made of cannot be seen; where an `init` has a stream, it goes out once.
 */
export function sendings(input: FetchInput, init: RequestInit, headers: Headers): Sendings {
  const canRepeat = isRepeatable(init.body)
  const isCopied = input instanceof Request && (init.body ?? null) === null && input.body !== null
  return {
    canRepeat,
    next(signal, isLast) {
      const source = isCopied && !isLast ? (input as Request).clone() : input
      return new Request(source, { ...init, headers, signal })
    },
  }
}
