import type { Random } from '@idem/harness'

/** What handlers answer: a text that nobody could take for that of another key. */
export interface Answer {
  readonly key: string
  readonly text: string
}

const LEAST_BYTES = 100
const MOST_BYTES = 64 * 1024

/** Characters without an order that a compressor could find. */
const NOISE = noise(2 * MOST_BYTES)

/** From 100 bytes to 64 KB; as many between 100 and 1000 as between 1000 and 10,000. */
export function answerSize(random: Random): number {
  return Math.round(LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random.next())
}

/** The only right answer for a key. */
export function answerFor(key: string, bytes: number): Answer {
  let at = bytes
  for (let index = 0; index < key.length; index++) at = (at * 31 + key.charCodeAt(index)) % MOST_BYTES
  return { key, text: NOISE.slice(at, at + bytes) }
}

export function isAnswerFor(key: string, bytes: number, given: unknown): given is Answer {
  const { key: named, text } = (given ?? {}) as Partial<Answer>
  return named === key && text === answerFor(key, bytes).text
}

function noise(bytes: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let state = 1
  let text = ''
  for (let index = 0; index < bytes; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += digits[state >>> 26]
  }
  return text
}
