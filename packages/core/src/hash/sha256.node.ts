import * as crypto from 'node:crypto'

/** SHA-256 (FIPS 180-4) of a text's UTF-8, as base64url without padding: 43 characters. */
export const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'base64url')
    : (text) => crypto.createHash('sha256').update(text).digest('base64url')
