import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the clocks of provider and shop may be apart, in seconds; for as long a callback that was overheard is good. */
const TOLERANCE_S = 5 * 60

const HEADER = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/

/** The header `Provider-Signature` of a callback: when it was signed, and a MAC of that and the body. */
export function signCallback(secret: string, body: string | Uint8Array, at: Date = new Date()): string {
  const seconds = String(Math.floor(at.getTime() / 1000))
  return `t=${seconds},v1=${mac(secret, seconds, body).toString('hex')}`
}

/**
 * What is wrong with the signature of a callback, in words that tell a forger nothing; `undefined` if it is the provider's.
 *
 * @param header - `Provider-Signature`
 * @param body - the bytes as they came: JSON that was read and written again may have others
 */
export function signatureFault(
  secret: string,
  header: string | undefined,
  body: Uint8Array,
  now: Date = new Date(),
): string | undefined {
  if (header === undefined) return 'Provider-Signature is missing'
  const [, seconds, given] = HEADER.exec(header) ?? []
  if (seconds === undefined || given === undefined) {
    return 'Provider-Signature must be t=<seconds since 1970>,v1=<64 digits, 0-9 and a-f>'
  }
  // Compared in a time that does not depend on how many bytes are right.
  if (!timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, seconds, body))) {
    return 'Provider-Signature is not the signature of this body'
  }
  // Only now: to whom the clock speaks, it is known.
  const age = now.getTime() / 1000 - Number(seconds)
  if (age > TOLERANCE_S) return 'Provider-Signature was made too long ago; sign again'
  return age < -TOLERANCE_S ? 'Provider-Signature was made in the future; set the clock' : undefined
}

const mac = (secret: string, seconds: string, body: string | Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
