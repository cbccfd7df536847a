import { MemoryStore, type Store } from '@idem/core'

/** What becomes of a call to the store: it is sent, or not, and answered when and how this likes. */
export type Trouble = (send: () => Promise<unknown>) => Promise<unknown>

/** A store in memory that can be given trouble, and remembers all that it was ever told. */
export class TroubledStore {
  readonly store: Store
  /** Every call and its arguments, as text. */
  readonly told: string[] = []
  readonly #troubles = new Map<string, Trouble>()

  constructor() {
    const memory = new MemoryStore() as unknown as Record<string, unknown>
    this.store = new Proxy(memory, {
      get: (_, name: string) => {
        const method = memory[name]
        if (typeof method !== 'function') return method
        return (...args: readonly unknown[]) => {
          this.told.push(`${name} ${JSON.stringify(args)}`)
          const send = (): Promise<unknown> => method.apply(memory, args)
          return (this.#troubles.get(name) ?? ((pass) => pass()))(send)
        }
      },
    }) as unknown as Store
  }

  /** From now on, calls of this name have this trouble. */
  trouble(name: keyof Store, trouble: Trouble): void {
    this.#troubles.set(name, trouble)
  }

  /** The trouble is over. */
  mend(): void {
    this.#troubles.clear()
  }

  count(name: keyof Store): number {
    return this.told.filter((call) => call.startsWith(`${name} `)).length
  }
}

/** The store is down: nothing arrives. */
export const down: Trouble = async () => {
  throw new Error('connection refused')
}
