/** Turns values into text and back, so that what comes back equals what went in. */
export interface Codec {
  /** @throws CodecError if the value would not come back equal */
  encode(value: unknown): string
  /** @throws CodecError if the text is not of this codec */
  decode(text: string): unknown
}
