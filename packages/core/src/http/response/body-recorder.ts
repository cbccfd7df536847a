const NOTHING = new Uint8Array()

/** Keeps a copy of a body that comes in pieces, as long as it has at most `maxBytes`. */
export class BodyRecorder {
  readonly #maxBytes: number
  #buffer: Uint8Array | undefined = NOTHING
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The body; `undefined` if it was too large. */
  get body(): Uint8Array | undefined {
    return this.#buffer?.subarray(0, this.#size)
  }

  /** Copied: whoever wrote the bytes may use them for something else once they are sent. */
  add(bytes: Uint8Array): void {
    if (this.#buffer === undefined) return
    const size = this.#size + bytes.length
    if (size > this.#maxBytes) {
      this.#buffer = undefined
      return
    }
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(size, 2 * this.#buffer.length), this.#maxBytes))
      larger.set(this.#buffer.subarray(0, this.#size))
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#size)
    this.#size = size
  }
}
