import { StoreError } from '../errors'
import type { Runtime } from '../runtime'

/** How often a call is sent before it counts as failed. */
const SENDS = 3
/** The pause before a call is sent again; doubled each time. */
const FIRST_PAUSE_MS = 20

/**
 * Sends a call to a lock store, each time bounded in time, and again where there is no reply: every call of the contract
 * may be repeated.
 *
 * @throws StoreError of the last sending, with what the store threw as its cause
 */
export async function answered<T>(
  runtime: Runtime,
  call: string,
  timeoutMs: number,
  send: () => Promise<T>,
): Promise<T> {
  for (let sent = 1, pauseMs = FIRST_PAUSE_MS; ; sent++, pauseMs *= 2) {
    try {
      return await inTime(runtime, timeoutMs, send)
    } catch (cause) {
      if (sent === SENDS) throw storeError(call, cause)
    }
    await new Promise<void>((resume) => runtime.schedule(pauseMs, resume))
  }
}

async function inTime<T>(runtime: Runtime, timeoutMs: number, send: () => Promise<T>): Promise<T> {
  let cancel = () => {}
  const timeout = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new StoreError(`the lock store gave no answer within ${timeoutMs} ms`))
    cancel = runtime.schedule(timeoutMs, giveUp, true)
  })
  try {
    return await Promise.race([send(), timeout])
  } finally {
    cancel()
  }
}

function storeError(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(`the lock store failed to ${call}: ${said}`, { cause })
}
