/** Something did not go as it must. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

/** @throws Fault unless it is so */
export function must(isSo: boolean, what: () => string): asserts isSo {
  if (!isSo) throw new Fault(what())
}

/** One way in which a kind of scene went wrong, and how often. */
export interface FaultTally {
  readonly scene: string
  readonly message: string
  readonly times: number
}

/** More ways than this are counted together: the tally itself must not grow. */
const MOST_WAYS = 50

/** Counts what went wrong. */
export class Faults {
  readonly #ways = new Map<string, FaultTally>()
  #total = 0
  #last: string | undefined

  get total(): number {
    return this.#total
  }

  get last(): string | undefined {
    return this.#last
  }

  add(scene: string, error: unknown): void {
    this.#total++
    const told = this.#ways.size < MOST_WAYS ? tell(error) : 'something else'
    this.#last = `${scene}: ${told}`
    // Keys differ; what went wrong is the same.
    const way = `${scene}: ${told.replace(/\d+/g, '#')}`
    const before = this.#ways.get(way)
    this.#ways.set(way, { scene, message: before?.message ?? told, times: (before?.times ?? 0) + 1 })
  }

  get tallies(): FaultTally[] {
    return [...this.#ways.values()]
  }
}

function tell(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const { cause } = error
  return `${error.name}: ${error.message}${cause instanceof Error ? ` (${cause.message})` : ''}`.slice(0, 500)
}
