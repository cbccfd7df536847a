import type { Choice, Chooser } from '../world/choice'

/** How often something of the rest happens, which is a fault or a caller that leaves. */
const REST_SHARE = 0.08

/** Chooses by chance, and writes down which choice it took: the same seed gives the same history. */
export function atRandom(seed: number, taken: number[]): Chooser {
  const random = mulberry32(seed)
  return (ready, rest) => {
    const others = random() < REST_SHARE ? rest() : []
    const from: readonly Choice[] = others.length > 0 ? others : ready
    const index = Math.floor(random() * from.length)
    taken.push(from === ready ? index : ready.length + index)
    return from[index]
  }
}

/** Takes the choices as given, and the first one from there on. */
export function asTaken(taken: readonly number[]): Chooser {
  let depth = 0
  return (ready, rest) => {
    const index = taken[depth++] ?? 0
    return ready[index] ?? rest()[index - ready.length] ?? ready[0]
  }
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
