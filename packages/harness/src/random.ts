/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number

  /** Parts that differ anywhere give another sequence. */
  constructor(...seed: readonly (string | number)[]) {
    let state = 0x811c9dc5
    for (const character of seed.join('\n')) {
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193)
    }
    this.#state = state >>> 0
  }

  /** From 0 up to, not including, 1. (mulberry32) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True so often of all times. */
  chance(share: number): boolean {
    return this.next() < share
  }

  /** One of them; `undefined` only of none. */
  pick<T>(choices: readonly T[]): T | undefined {
    return choices[Math.floor(this.next() * choices.length)]
  }
}
