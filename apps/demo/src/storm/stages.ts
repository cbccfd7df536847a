import { randomUUID } from 'node:crypto'
import type { Payment } from './way'

/** What every way goes through, each with a payment of its own that is to be made once. */
export const STAGES = ['duplicates', 'second payment', 'refused at first', 'slow charge'] as const
export type StageName = (typeof STAGES)[number]

export interface Stage {
  readonly name: StageName
  readonly payment: Payment
  /** How many clients ask for it. */
  readonly clients: number
  /** In what time they arrive, one after the other; 0 for all at once. */
  readonly arriveInMs: number
  /** What the charges of the payment meet, one after the other. */
  readonly calls: () => Iterator<Call, never>
}

/** What one charge meets at the gateway. */
export interface Call {
  readonly ms: number
  readonly refused: boolean
}

export interface StagesOptions {
  readonly duplicates: number
  /** The shortest and the longest time that a charge takes, but for the slow one. */
  readonly delayMs: readonly [number, number]
  /** The time that the slow one takes. */
  readonly slowMs: number
  readonly seed: number
}

/** The stages of one row: payments that nobody has made before, and charges that are the same for the same seed. */
export function stagesOf({ duplicates, delayMs, slowMs, seed }: StagesOptions): Stage[] {
  const paymentOf = (userId: string): Payment => ({ token: randomUUID(), userId, amount: 100_50n })
  const sameUser = user()
  return STAGES.map((name, index): Stage => {
    const many = name === 'duplicates' || name === 'slow charge'
    const slow = name === 'slow charge'
    return {
      name,
      payment: paymentOf(name === 'duplicates' || name === 'second payment' ? sameUser : user()),
      clients: many ? duplicates : 1,
      arriveInMs: slow ? slowMs : 0,
      calls: () =>
        calls(randomNumbers(seed + index), delayMs, {
          ...(slow ? { ms: slowMs } : {}),
          refused: name === 'refused at first',
        }),
    }
  })
}

const user = (): string => `storm_${randomUUID()}`

function* calls(
  random: () => number,
  [least, most]: readonly [number, number],
  first: Partial<Call>,
): Generator<Call, never> {
  for (let special = first; ; special = {}) {
    yield { ms: least + random() * (most - least), refused: false, ...special }
  }
}

/** Numbers from 0 to 1 that look random, and are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
