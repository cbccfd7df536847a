import { StoreError } from '../errors'
import type { Runtime } from '../runtime'

/** How often a call is sent before it counts as failed, where nothing else limits it. */
const SENDS = 3
/** The pause before a call is sent again; doubled each time. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

export interface CallFailure {
  readonly call: string
  readonly error: unknown
  readonly final: boolean
}

/**
 * Sends calls to a store, each bounded in time, and again where a reply was lost: every call of the contract may be
 * repeated. What a store throws comes out as `StoreError`.
 */
export class StoreCalls {
  readonly #runtime: Runtime
  readonly #onFailure: (failure: CallFailure) => void

  constructor(runtime: Runtime, onFailure: (failure: CallFailure) => void = () => {}) {
    this.#runtime = runtime
    this.#onFailure = onFailure
  }

  /** Sends a call once. @throws StoreError if it fails, or gives no answer within `timeoutMs` */
  async once<T>(call: string, timeoutMs: number, send: () => Promise<T>, final = true): Promise<T> {
    let cancel = () => {}
    try {
      const timeout = new Promise<never>((_, reject) => {
        cancel = this.#runtime.schedule(
          timeoutMs,
          () => reject(new StoreError(`the store did not answer ${call} within ${timeoutMs} ms`)),
          true,
        )
      })
      return await Promise.race([send(), timeout])
    } catch (cause) {
      this.#onFailure({ call, error: cause, final })
      throw cause instanceof StoreError ? cause : new StoreError(`the store failed to ${call}: ${text(cause)}`, { cause })
    } finally {
      cancel()
    }
  }

  /**
   * Sends a call until it is answered: three times, or, given `keepTryingMs`, for that long.
   *
   * @throws StoreError of the last try
   */
  async repeat<T>(
    call: string,
    timeoutMs: number,
    send: () => Promise<T>,
    keepTryingMs?: number,
  ): Promise<T> {
    const { now } = this.#runtime
    const giveUpAt = keepTryingMs === undefined ? undefined : now() + keepTryingMs
    for (let sent = 1, pauseMs = FIRST_PAUSE_MS; ; sent++, pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const leftMs = giveUpAt === undefined ? timeoutMs : giveUpAt - now()
      const last = giveUpAt === undefined ? sent >= SENDS : leftMs <= pauseMs
      try {
        return await this.once(call, Math.max(1, Math.min(timeoutMs, leftMs)), send, last)
      } catch (error) {
        const late = giveUpAt !== undefined && now() + pauseMs >= giveUpAt
        if (last || late) throw error
      }
      await new Promise<void>((resume) => this.#runtime.schedule(pauseMs, resume))
    }
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
