import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { ChaosEvent } from './event'

const CHUNK_BYTES = 1 << 16

/** Reads a log while it grows: each look gives the events that came since the one before. */
export class LogReader {
  readonly #path: string
  readonly #decoder = new StringDecoder('utf8')
  readonly #chunk = Buffer.alloc(CHUNK_BYTES)
  #position = 0
  /** The beginning of a line that is not there yet as a whole. */
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  next(): ChaosEvent[] {
    // Its writer may not have begun it yet.
    const file = openSync(this.#path, 'a+')
    try {
      for (;;) {
        const bytes = readSync(file, this.#chunk, 0, CHUNK_BYTES, this.#position)
        if (bytes === 0) break
        this.#position += bytes
        this.#rest += this.#decoder.write(this.#chunk.subarray(0, bytes))
      }
    } finally {
      closeSync(file)
    }
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.map((line) => JSON.parse(line) as ChaosEvent)
  }
}
