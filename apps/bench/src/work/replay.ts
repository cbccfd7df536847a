import type { Contestant } from '../race/contestant'
import { answering } from './answer'
import type { KeySource } from './key-source'
import type { Library } from './library'

/** Many more than are ever in flight: calls of one key would be joined by whoever can, and that is another trial. */
const KEYS = 1024

/** Each operation is a later call of a key that has its answer. @throws if a handler runs after all */
export function replay(library: Library, keys: KeySource): Contestant {
  return {
    name: library.name,
    async setup() {
      const opened = await library.open()
      const next = await settledKeys((key) => opened.call(key, answering), keys)
      return { operation: () => opened.call(next(), runsAgain), teardown: () => opened.close() }
    },
  }
}

/** Settles keys, and gives them one after another, over and over. */
export async function settledKeys(
  settle: (key: string) => Promise<unknown>,
  keys: KeySource,
): Promise<() => string> {
  const settled = Array.from({ length: KEYS }, () => keys.next())
  for (let from = 0; from < KEYS; from += 64) await Promise.all(settled.slice(from, from + 64).map(settle))
  let given = 0
  return () => settled[given++ % KEYS] as string
}

async function runsAgain(): Promise<never> {
  throw new Error('the handler ran for a key that has its answer')
}
