import { type Duration, milliseconds } from '../options/duration'
import { onlyKnown } from '../options/only-known'
import { wholeNumber } from '../options/whole-number'
import { type Runtime, systemRuntime } from '../runtime'
import { check, isFunctionOr } from './check'
import { CallLimit } from './client/call-limit'
import { retryAfterMs } from './client/retry-after'
import { type FetchInput, sendings } from './client/sendings'
import { formatKey } from './key/parse-key'

export type Fetch = (input: FetchInput, init?: RequestInit) => Promise<Response>

export interface IdempotentFetchOptions {
  /** Sends one request. @defaultValue the global `fetch` */
  readonly fetch?: Fetch | undefined
  /** The key of a call. A call whose headers have one keeps that. @defaultValue a random UUID */
  readonly key?: ((input: FetchInput, init: RequestInit) => string) | undefined
  /** How often a request is sent again; 0 for never. @defaultValue 3 */
  readonly retries?: number | undefined
  /** Who asks to wait longer than this is not asked again. @defaultValue `'60s'` */
  readonly maxRetryAfter?: Duration | undefined
  /** How long a call may take, with all its sendings, until its answer begins. @defaultValue `'2m'` */
  readonly deadline?: Duration | undefined
  /** The pause before the first repetition, about; doubled each time, and never more than 10 s. @defaultValue `'250ms'` */
  readonly backoff?: Duration | undefined
  /** Time and chance, for tests. @defaultValue the system's clock, timers and randomness */
  readonly runtime?: Runtime | undefined
}

const OPTIONS: readonly (keyof IdempotentFetchOptions)[] = [
  'fetch',
  'key',
  'retries',
  'maxRetryAfter',
  'deadline',
  'backoff',
  'runtime',
]
const HEADER = 'Idempotency-Key'
const LONGEST_BACKOFF_MS = 10_000
/** Repeated without a key, these do more than once what they do. */
const NEEDS_KEY = ['POST', 'PATCH']

/**
 * A `fetch` that makes of each call one operation, however often it has to be sent: it adds an `Idempotency-Key` to POST and
 * PATCH, and sends the request again, with the same key, when the network fails, or the server answers 429, 5xx, or 409 with
 * `Retry-After`. It never repeats a 422, nor a stream as the `body` of an `init`; the body of a `Request` is copied as it is sent.
 *
 * Resolves with the last answer, whatever it is; rejects as `fetch` does, with a `TimeoutError` past the deadline.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * const pay = idempotentFetch({ retries: 5 })
 * const response = await pay('/payments', { method: 'POST', body: JSON.stringify(order) })
 * if (isReplayed(response)) console.log('was paid before')
 */
export function idempotentFetch(options: IdempotentFetchOptions = {}): Fetch {
  onlyKnown(options, OPTIONS)
  const { fetch: send = (input, init) => fetch(input, init), runtime = systemRuntime, retries = 3 } = options
  const { key: keyOf = () => crypto.randomUUID(), maxRetryAfter = '60s' } = options
  const { deadline = '2m', backoff = '250ms' } = options
  check('fetch', send, isFunctionOr(send), 'a function')
  check('key', keyOf, isFunctionOr(keyOf), 'a function')
  if (retries !== 0) wholeNumber('retries', retries, true)
  const maxRetryAfterMs = milliseconds('maxRetryAfter', maxRetryAfter, { min: 0 })
  const deadlineMs = milliseconds('deadline', deadline, { unlimited: true })
  const backoffMs = milliseconds('backoff', backoff)

  return async (input, init = {}) => {
    const of = input instanceof Request ? input : undefined
    const method = (init.method ?? of?.method ?? 'GET').toUpperCase()
    const headers = new Headers(init.headers ?? of?.headers)
    if (NEEDS_KEY.includes(method) && !headers.has(HEADER)) headers.set(HEADER, formatKey(keyOf(input, init)))
    const request = sendings(input, init, headers)
    const limit = new CallLimit(runtime, deadlineMs, init.signal ?? of?.signal)
    try {
      for (let sent = 1; ; sent++) {
        const isLast = !request.canRepeat || sent > retries
        const sending = request.next(limit.signal, isLast)
        let answer: Response | undefined
        let failure: unknown
        try {
          answer = await send(sending)
        } catch (error) {
          limit.signal.throwIfAborted()
          failure = error
        }
        const pauseMs = Math.min(backoffMs * 2 ** (sent - 1), LONGEST_BACKOFF_MS)
        const asked = answer && retryAfterMs(answer.headers.get('Retry-After'), Date.now())
        const wait = Math.max(asked ?? 0, pauseMs * (0.5 + runtime.random() / 2))
        const isWorthIt =
          (answer === undefined || isPassing(answer.status, asked)) &&
          (asked ?? 0) <= maxRetryAfterMs &&
          wait < limit.leftMs
        if (isLast || !isWorthIt) {
          if (answer === undefined) throw failure
          return answer
        }
        // Whatever is left of it would hold a connection.
        await answer?.body?.cancel().catch(() => {})
        await limit.pause(wait)
      }
    } finally {
      limit.lift()
    }
  }
}

/** Whether an answer is one that the server gave before, or to another sending of the same request. */
export function isReplayed(response: Response): boolean {
  return response.headers.get('Idempotency-Replayed') === 'true'
}

/** Whether the same request may be answered otherwise a little later. */
function isPassing(status: number, retryAfter: number | undefined): boolean {
  return status >= 500 || status === 429 || (status === 409 && retryAfter !== undefined)
}
