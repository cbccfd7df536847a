import { type LockStore, type Store, StoreError } from '@idem/core'
import type { OpenStore } from './store-kind'

/** An opened store that can be cut off from its server, as by a network that fails. */
export interface Cuttable {
  /** What is used instead of it. Closing it is not cut off. */
  readonly opened: OpenStore
  /**
   * While it is cut off, every call rejects with a `StoreError` before anything has happened; calls under way reject at
   * once, whether or not they then take effect; and watches are deaf, and know it.
   */
  cut(isCut: boolean): void
}

export function cuttable(uncut: OpenStore): Cuttable {
  const { store, locks, tables, book, transaction } = uncut
  const line = new Line()
  return {
    opened: {
      ...uncut,
      store: over(line, store),
      locks: over(line, locks),
      tables: (name) => over(line, tables(name)),
      ...(book && { book: over(line, book) }),
      ...(transaction && { transaction: (key, work) => line.call(() => transaction(key, work)) }),
    },
    cut: (isCut) => line.cut(isCut),
  }
}

/** The same object, with all that it is able to do; each of its methods goes over the line. */
function over<T extends object>(line: Line, target: T): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name === 'watch') return (...args: Parameters<Watch>) => line.watch(value.bind(target), ...args)
      return (...args: unknown[]) => line.call(() => value.apply(target, args))
    },
  })
}

type Watch = NonNullable<Store['watch'] & LockStore['watch']>
type OnChange = Parameters<Watch>[1]

class Line {
  #isCut = false
  /** What each call under way does when the line is cut. */
  readonly #underWay = new Set<() => void>()
  /** What each watch does when the line is cut, or whole again. */
  readonly #watches = new Set<() => void>()

  cut(isCut: boolean): void {
    if (isCut === this.#isCut) return
    this.#isCut = isCut
    if (isCut) for (const lose of this.#underWay) lose()
    for (const tell of this.#watches) tell()
  }

  async call<Result>(ask: () => Promise<Result>): Promise<Result> {
    if (this.#isCut) throw cutOff()
    let lose = () => {}
    const lost = new Promise<never>((_, reject) => {
      lose = () => reject(cutOff())
    })
    this.#underWay.add(lose)
    try {
      return await Promise.race([ask(), lost])
    } finally {
      this.#underWay.delete(lose)
    }
  }

  async watch(place: Watch, name: string, onChange: OnChange, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    let isDeaf = false
    const tell = () => onChange(isDeaf || this.#isCut)
    const heard = (deaf = false) => {
      isDeaf = deaf
      if (!this.#isCut) tell()
    }
    const ended = new AbortController()
    const end = () => {
      this.#watches.delete(tell)
      ended.abort()
    }
    signal.addEventListener('abort', end, { once: true })
    this.#watches.add(tell)
    try {
      await this.call(() => place(name, heard, ended.signal))
    } catch (error) {
      end()
      throw error
    }
  }
}

const cutOff = (): StoreError => new StoreError('the store is cut off')
