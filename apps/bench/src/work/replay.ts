import type { Contestant } from '../race/contestant'
import { ANSWER_TEXT, type Answer } from './answer'
import type { KeySource } from './key-source'
import type { Library } from './library'

/** Many more than are ever in flight: calls of one key would be joined by whoever can, and that is another trial. */
const KEYS = 1024

/** How many keys have which answer, as text. */
export interface Settled {
  readonly count: number
  readonly text: string
}

export const SETTLED: Settled = { count: KEYS, text: ANSWER_TEXT }

/** Each operation is a later call of a key that has its answer. @throws if a handler runs after all */
export function replay(library: Library, keys: KeySource, { count, text }: Settled = SETTLED): Contestant {
  const handler = async (): Promise<Answer> => JSON.parse(text)
  return {
    name: library.name,
    async setup() {
      const opened = await library.open()
      const next = await settledKeys((key) => opened.call(key, handler), keys, count)
      return { operation: () => opened.call(next(), runsAgain), teardown: () => opened.close() }
    },
  }
}

/** Settles keys, and gives them one after another, over and over. */
export async function settledKeys(
  settle: (key: string) => Promise<unknown>,
  keys: KeySource,
  count: number = KEYS,
): Promise<() => string> {
  const settled = Array.from({ length: count }, () => keys.next())
  for (let from = 0; from < count; from += 64) await Promise.all(settled.slice(from, from + 64).map(settle))
  let given = 0
  return () => settled[given++ % count] as string
}

async function runsAgain(): Promise<never> {
  throw new Error('the handler ran for a key that has its answer')
}
