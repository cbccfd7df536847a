import { ByteHash } from '../fingerprint/byte-hash'

/** What was read of the rest of a body: enough to tell later whether another one begins like it. */
export interface ReadPart {
  readonly bytes: number
  readonly hash: string
  /** Whether the body ended there. */
  readonly ended: boolean
}

/**
 * What follows the beginning of a body that is too large to be kept. It passes through, and is hashed on the way: an answer
 * depends on no more of a request than its handler has read.
 */
export class RestOfBody {
  readonly #source: () => Promise<Uint8Array | undefined>
  readonly #hash: ByteHash
  #bytes = 0
  #ended = false
  #part: ReadPart | undefined

  /** @param source - gives the next piece, and `undefined` at the end */
  constructor(source: () => Promise<Uint8Array | undefined>, boundary?: string) {
    this.#source = source
    this.#hash = new ByteHash(boundary)
  }

  /** The next piece, for the handler; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const piece = await this.#source()
    this.passed(piece)
    return piece
  }

  /** Tells of a piece that the handler gets on another way; `undefined` at the end. */
  passed(piece: Uint8Array | undefined): void {
    if (this.#part === undefined) this.#count(piece)
  }

  /** What was read up to the first call of this. */
  part(): ReadPart {
    this.#part ??= { bytes: this.#bytes, hash: this.#hash.digest(), ended: this.#ended }
    return this.#part
  }

  /** Whether this begins like another, of which nothing more is known: reads as far as that was read, and keeps nothing. */
  async beginsLike(other: ReadPart): Promise<boolean> {
    while (!this.#ended && (this.#bytes < other.bytes || other.ended)) {
      const piece = await this.#source()
      this.#count(other.ended ? piece : piece?.subarray(0, other.bytes - this.#bytes))
      if (this.#bytes > other.bytes) return false
    }
    return this.#bytes === other.bytes && this.part().hash === other.hash
  }

  #count(piece: Uint8Array | undefined): void {
    if (piece === undefined) this.#ended = true
    else {
      this.#bytes += piece.length
      this.#hash.add(piece)
    }
  }
}
