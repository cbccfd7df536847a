import { sha256 } from '#sha256'
import { plainText } from './to-plain'

/**
 * The hash of a payload: equal payloads, whatever the order of their properties, have equal fingerprints. A property
 * that is `undefined` counts as missing.
 *
 * @throws CodecError if the payload holds what has no text, such as a function or an instance of a class
 */
export function fingerprint(payload: unknown): string {
  return sha256(plainText(payload, true))
}
