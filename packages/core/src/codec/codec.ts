import type { Store } from '../contracts/store'

/** Turns values into text and back, so that what comes back equals what went in. */
export interface Codec {
  /** @throws CodecError if the value would not come back equal */
  encode(value: unknown): string
  /** @throws CodecError if the text is not of this codec */
  decode(text: string): unknown
  /**
   * Optional, for what takes longer than a codec may, such as encryption: the store through which `new Idem` then works.
   * A codec that has it is refused anywhere else, for there it could not do what it promises.
   */
  seal?: (<S extends Store>(store: S) => S) | undefined
}
