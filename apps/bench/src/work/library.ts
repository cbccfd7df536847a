import type { Handler } from './answer'

/** A way of running a function once per key. */
export interface Library {
  readonly name: string
  open(): Promise<OpenLibrary>
}

export interface OpenLibrary {
  /**
   * Runs the handler unless the key has an answer, and gives the answer.
   *
   * @throws what the library throws when it has none to give, as for a call that is running already
   */
  call(key: string, handler: Handler): Promise<unknown>
  /** Forgets all keys, where they would pile up in this process. */
  clear?(): void
  close(): Promise<void>
}
