import { shown } from './check'

/** A key of Web Crypto, whichever library declares its type. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A key as JSON (RFC 7517). */
export interface Jwk {
  readonly kty?: string | undefined
  readonly alg?: string | undefined
  readonly [member: string]: unknown
}

const CURVES: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'Ed25519',
}
const RSA = /^(RS|PS)(256|384|512)$/

export const isCryptoKey = (key: unknown): key is CryptoKey =>
  Object.prototype.toString.call(key) === '[object CryptoKey]'

/**
 * The one algorithm that a key is for. It is never asked of a token: one that named its own algorithm could name `none`, or
 * have a public key taken for a secret.
 *
 * @throws TypeError that names the option, unless the key is an asymmetric one that signs
 */
export function pinnedAlgorithm(option: string, key: CryptoKey | Jwk): string {
  const algorithm = isCryptoKey(key) ? ofCryptoKey(key) : ofJwk(key)
  if (algorithm !== undefined) return algorithm
  throw new TypeError(
    `${option} must be a key of RSA, P-256, P-384, P-521 or Ed25519: a CryptoKey made for signatures, or a JWK (of RSA ` +
      `with alg: RS256 to PS512); got ${shown(key)}`,
  )
}

function ofCryptoKey({ algorithm }: CryptoKey): string | undefined {
  const { name, namedCurve, hash } = algorithm as CryptoKey['algorithm'] & {
    readonly namedCurve?: string
    readonly hash?: CryptoKey['algorithm']
  }
  const bits = hash?.name.replace('SHA-', '')
  if (name === 'RSASSA-PKCS1-v1_5') return `RS${bits}`
  if (name === 'RSA-PSS') return `PS${bits}`
  return name === 'ECDSA' || name === 'Ed25519' ? CURVES[namedCurve ?? name] : undefined
}

function ofJwk(key: Jwk): string | undefined {
  if (typeof key !== 'object' || key === null) return undefined
  const { kty, crv, alg } = key
  if (kty === 'RSA') return alg !== undefined && RSA.test(alg) ? alg : undefined
  if (kty !== 'EC' && kty !== 'OKP') return undefined
  const algorithm = Object.hasOwn(CURVES, String(crv)) ? CURVES[String(crv)] : undefined
  const isMeant = alg === undefined || alg === algorithm || (alg === 'EdDSA' && crv === 'Ed25519')
  return isMeant ? algorithm : undefined
}
