const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 16 characters of 6 bits are 96 bits: nobody guesses them. */
const LENGTH = 16

/**
 * To ask for random bytes costs much more than to use one, so they are fetched for 256 tokens at a time. (Two processes that
 * are restored from one image of a running process share what is left: let an image be taken before the first call.)
 */
const pool = new Uint8Array(LENGTH * 256)
let used = pool.length
const codes: number[] = []

/** 96 random bits as 16 characters of base64url. */
export function randomToken(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  for (let at = 0; at < LENGTH; at++, used++) {
    codes[at] = ALPHABET.charCodeAt((pool[used] as number) & 63)
    // What was handed out is in nobody's memory but its owner's.
    pool[used] = 0
  }
  // At once: a text that grows by characters is kept as a tree of its parts.
  return String.fromCharCode(...codes)
}
