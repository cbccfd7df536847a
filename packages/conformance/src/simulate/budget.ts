import type { FaultKind } from './history'

/** How many faults a history may have: of each kind, and in all. */
export interface Budget extends Readonly<Record<FaultKind, number>> {
  readonly total: number
}

export const NO_FAULTS: Budget = {
  crash: 0,
  loss: 0,
  lapse: 0,
  outage: 0,
  tick: 0,
  jump: 0,
  late: 0,
  total: 0,
}

/** Counts faults as they happen. */
export class FaultCounter {
  readonly #left: Record<FaultKind | 'total', number>

  constructor(budget: Budget) {
    this.#left = { ...budget }
  }

  allows(kind: FaultKind): boolean {
    return this.#left.total > 0 && this.#left[kind] > 0
  }

  get isSpent(): boolean {
    return this.#left.total <= 0
  }

  spend(kind: FaultKind): void {
    this.#left[kind]--
    this.#left.total--
  }

  exhaust(): void {
    this.#left.total = 0
  }
}
