import { describeError } from '../codec/failure'
import { StoreError } from '../errors'
import type { Runtime } from '../runtime'
import type { Alarms } from './alarms'

/** How often a call is sent before it counts as failed, where no time is given for it. */
const SENDS = 3
/** The pause before a call is sent again; doubled each time. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

export interface CallOptions {
  /** How long one sending may take. */
  readonly timeoutMs: number
  /** For how long to send it again; without, three times. */
  readonly keepTryingMs?: number | undefined
  readonly onFailure?: (error: unknown, final: boolean) => void
}

/** Sends a call once. @throws StoreError if it fails, or gives no answer within `limitMs` */
export function once<T>(
  alarms: Alarms,
  name: string,
  send: () => Promise<T>,
  { timeoutMs, onFailure }: CallOptions,
  isFinal: () => boolean,
  limitMs = timeoutMs,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let isOver = false
    const fail = (cause: unknown) => {
      if (isOver) return
      isOver = true
      alarms.cancel(alarm)
      onFailure?.(cause, isFinal())
      reject(storeError(name, cause))
    }
    const alarm = alarms.set(limitMs, () => fail(new Error(`no answer within ${limitMs} ms`)))
    try {
      send().then((answer) => {
        alarms.cancel(alarm)
        resolve(answer)
      }, fail)
    } catch (cause) {
      fail(cause)
    }
  })
}

/**
 * Sends a call until it is answered, for as often or as long as the options say: every call of the contract may be
 * repeated.
 *
 * @throws StoreError of the last try
 */
export async function repeat<T>(
  runtime: Runtime,
  alarms: Alarms,
  name: string,
  send: () => Promise<T>,
  options: CallOptions,
): Promise<T> {
  const { keepTryingMs, timeoutMs } = options
  const giveUpAt = keepTryingMs === undefined ? undefined : runtime.now() + keepTryingMs
  for (let sent = 1, pauseMs = FIRST_PAUSE_MS; ; sent++, pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const leftMs = giveUpAt === undefined ? timeoutMs : giveUpAt - runtime.now()
    const isLast = () => (giveUpAt === undefined ? sent >= SENDS : runtime.now() + pauseMs >= giveUpAt)
    try {
      return await once(alarms, name, send, options, isLast, Math.max(1, Math.min(timeoutMs, leftMs)))
    } catch (error) {
      if (isLast()) throw error
    }
    await new Promise<void>((resume) => runtime.schedule(pauseMs, resume))
  }
}

export function storeError(name: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(`the store failed to ${name}: ${describeError(cause).message}`, { cause })
}
