import type { MongoClient } from 'mongodb'

/** One transaction's turn at a key. */
export interface Turn {
  /** What it was told: whether the key is somebody's now, its own perhaps. */
  tell(isBusy: boolean): void
  /** It has ended. */
  end(): void
}

const turnsOf = new WeakMap<MongoClient, Map<string, Promise<boolean>>>()

/**
 * Which keys transactions of a client are at: of those who want the same one in this process, one asks the server, and the
 * others leave it the connections. It may be that transaction itself that needs one.
 */
export class Holding {
  readonly #turns: Map<string, Promise<boolean>>
  readonly #namespace: string

  constructor(client: MongoClient, namespace: string) {
    this.#turns = turnsOf.get(client) ?? new Map()
    this.#namespace = namespace
    turnsOf.set(client, this.#turns)
  }

  /** What the one at the key is told, or was; `undefined` if there is none. */
  asked(key: string): Promise<boolean> | undefined {
    return this.#turns.get(this.#name(key))
  }

  /** `undefined` if it is somebody's turn already. */
  take(key: string): Turn | undefined {
    const name = this.#name(key)
    if (this.#turns.has(name)) return undefined
    let tell = (_isBusy: boolean): void => {}
    const told = new Promise<boolean>((resolve) => {
      tell = resolve
    })
    this.#turns.set(name, told)
    const end = () => {
      tell(false)
      this.#turns.delete(name)
    }
    return { tell, end }
  }

  /** A namespace has no line break. */
  #name(key: string): string {
    return `${this.#namespace}\n${key}`
  }
}
