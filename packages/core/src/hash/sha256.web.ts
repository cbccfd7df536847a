import { sha256 as digest } from '@noble/hashes/sha2.js'
import { toBase64 } from '../codec/base64'

const URL_SAFE: Record<string, string> = { '+': '-', '/': '_', '=': '' }

/** SHA-256 (FIPS 180-4) of a text's UTF-8, as base64url without padding: 43 characters. */
export function sha256(text: string): string {
  return toBase64(digest(new TextEncoder().encode(text))).replace(/[+/=]/g, (char) => URL_SAFE[char] as string)
}
