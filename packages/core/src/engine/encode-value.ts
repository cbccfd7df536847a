import type { Codec } from '../codec/codec'
import { describeError } from '../codec/failure'
import { CodecError, type IdemError } from '../errors'
import type { Settings } from '../options/settings'

/** The text of a value, or why it has none. Work that is done is never failed because its value cannot be kept. */
export function encodeValue(
  value: unknown,
  { codec, maxResultBytes }: Pick<Settings, 'codec' | 'maxResultBytes'>,
): { readonly text?: string; readonly error?: IdemError } {
  try {
    const text = codec.encode(value)
    if (typeof text !== 'string')
      throw new CodecError(`codec.encode() must give a string; got ${typeof text}`)
    if (!exceeds(text, maxResultBytes)) return { text }
    throw new CodecError(`the value has more than ${maxResultBytes} bytes (maxResultBytes)`)
  } catch (cause) {
    return { error: codecError('encode', cause) }
  }
}

/** The value of a text. @throws CodecError whatever the codec throws */
export function decodeValue(text: string, codec: Codec): unknown {
  try {
    return codec.decode(text)
  } catch (cause) {
    throw codecError('decode', cause)
  }
}

/** What was stored of a value, so that whoever made it has what others will get; or itself, where it has no text. */
export function readBack(value: unknown, text: string | undefined, codec: Codec): unknown {
  try {
    return text === undefined ? value : codec.decode(text)
  } catch {
    return value
  }
}

function codecError(call: string, cause: unknown): CodecError {
  if (cause instanceof CodecError) return cause
  return new CodecError(`codec.${call}() failed: ${describeError(cause).message}`, { cause })
}

/** Whether a text has more than so many bytes of UTF-8, of which each of its units takes one to three. */
function exceeds(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false
  return text.length > maxBytes || new TextEncoder().encode(text).length > maxBytes
}
