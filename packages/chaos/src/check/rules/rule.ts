import type { KeyHistory } from '../key-history'

/** Reads the history of one key, and says in a sentence each what must not be. */
export interface Rule {
  readonly name: string
  readonly find: (history: KeyHistory) => Iterable<string>
}
