import type { Contestant } from '../race/contestant'
import { answering, type Handler } from './answer'
import type { KeySource } from './key-source'
import type { Library } from './library'

/** Each operation is the first call of a key of its own. */
export function firstExecution(library: Library, keys: KeySource, handler: Handler = answering): Contestant {
  return {
    name: library.name,
    async setup() {
      const opened = await library.open()
      return {
        operation: () => opened.call(keys.next(), handler),
        afterTurn: () => opened.clear?.(),
        teardown: () => opened.close(),
      }
    },
  }
}
