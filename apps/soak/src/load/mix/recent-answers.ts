import type { Random } from '@idem/harness'

interface Recent {
  readonly key: string
  readonly bytes: number
  readonly settledAt: number
}

const MOST = 256

/** Keys that have had their answer for a while, and keep it for a while yet. */
export class RecentAnswers {
  readonly #keptMs: number
  #all: Recent[] = []

  /** Only keys that were answered less than so long ago are given. */
  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  add(key: string, bytes: number): void {
    this.#all.push({ key, bytes, settledAt: performance.now() })
    if (this.#all.length > MOST) this.#all.shift()
  }

  pick(random: Random): Recent | undefined {
    const picked = random.pick(this.#all)
    return picked && performance.now() - picked.settledAt < this.#keptMs ? picked : undefined
  }
}
