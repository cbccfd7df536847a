import { sha256 } from '#sha256'
import { toBase64 } from '../../codec/base64'

const BLOCK = 65_536
/** Stands for a delimiter, and for nothing else: what a body has of it is {@link escaped}. */
const FILLER = '\0'

/** Text in which no FILLER is, another one for each text. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\0\x01]/g, (char) => (char === FILLER ? '\x01\x02' : '\x01\x01'))

/** The hash that a {@link ByteHash} gives of these bytes. */
export function hashOf(bytes: Uint8Array, boundary?: string): string {
  if (bytes.length < BLOCK && boundary === undefined) return sha256(toBase64(bytes))
  const hash = new ByteHash(boundary)
  hash.add(bytes)
  return hash.digest()
}

/**
 * A hash of bytes that come in pieces, the same however they are cut: each block of 64 KiB is hashed together with the hash
 * of those before. With a `boundary`, the delimiters of a multipart body count as equal, whatever their text.
 */
export class ByteHash {
  readonly #block = new Uint8Array(BLOCK)
  readonly #delimiter: string | undefined
  #filled = 0
  #before = ''
  /** What may be the beginning of a delimiter, one byte a character. */
  #held = ''

  constructor(boundary?: string) {
    this.#delimiter = boundary && `--${boundary}`
  }

  add(bytes: Uint8Array): void {
    const delimiter = this.#delimiter
    if (delimiter === undefined) {
      this.#take(bytes)
      return
    }
    const parts = (this.#held + latin1(bytes)).split(delimiter)
    const last = parts.pop() as string
    const certain = Math.max(0, last.length - delimiter.length + 1)
    this.#held = last.slice(certain)
    this.#take(fromLatin1([...parts, last.slice(0, certain)].map(escaped).join(FILLER)))
  }

  /** The hash of all that was added. Nothing can be added afterwards. */
  digest(): string {
    this.#take(fromLatin1(escaped(this.#held)))
    this.#held = ''
    return sha256(this.#before + toBase64(this.#block.subarray(0, this.#filled)))
  }

  #take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === BLOCK) {
        this.#before = sha256(this.#before + toBase64(this.#block))
        this.#filled = 0
      }
    }
  }
}

/** `TextDecoder('latin1')` is windows-1252, and gives some bytes another character. */
function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x2000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x2000))
  }
  return text
}

const fromLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
