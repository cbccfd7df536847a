import { sha256 } from '#sha256'
import { plainText } from './to-plain'

/**
 * 144 bits of SHA-256: its leftmost bits are a hash of that strength (NIST SP 800-107, 5.1). They tell apart the payloads
 * that are sent under one key, of which there are a few: that two of these meet by accident has a chance of 2^-144, and
 * to make two that meet takes some 2^72 tries. Every record is smaller by the other 19 characters.
 */
const LENGTH = 24

/**
 * The hash of a payload, in 24 characters: equal payloads, whatever the order of their properties, have equal fingerprints. A property
 * that is `undefined` counts as missing.
 *
 * @throws CodecError if the payload holds what has no text, such as a function or an instance of a class
 */
export function fingerprint(payload: unknown): string {
  return sha256(plainText(payload, true)).slice(0, LENGTH)
}
