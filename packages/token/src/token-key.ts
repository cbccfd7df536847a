import { importJWK, type JWK } from 'jose'
import { check, checkText, onlyKnown } from './check'
import { type CryptoKey, isCryptoKey, type Jwk, pinnedAlgorithm } from './pinned-algorithm'

/** Signs and verifies, by HMAC with SHA-256. */
export interface SecretKey {
  /** Names the key in its tokens (`kid`). Clients can read it. */
  readonly id: string
  /** At least 32 random bytes; a text counts as UTF-8. */
  readonly secret: string | Uint8Array
}

/** Signs with the private key, verifies with the public one. Which algorithm, the key itself says. */
export interface AsymmetricKey {
  /** Names the key in its tokens (`kid`). Clients can read it. */
  readonly id: string
  /** Missing where tokens are only verified. */
  readonly privateKey?: CryptoKey | Jwk | undefined
  /** May be missing beside a private key as JWK, which contains it. */
  readonly publicKey?: CryptoKey | Jwk | undefined
}

export type TokenKey = SecretKey | AsymmetricKey

/** A key that was checked. It is made ready when it is first used, and once. */
export interface ReadyKey {
  readonly id: string
  readonly algorithm: string
  /** `undefined` where it can only verify. */
  readonly signs: (() => Promise<CryptoKey>) | undefined
  readonly verifies: () => Promise<CryptoKey>
}

const LEAST_BYTES = 32
/** What makes a JWK private (RFC 7518). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** @throws TypeError that names what is wrong with the key, and nothing of what is in it */
export function readyKey(option: string, key: TokenKey): ReadyKey {
  onlyKnown(option, key, ['id', 'secret', 'privateKey', 'publicKey'])
  checkText(`${option}.id`, key.id)
  return 'secret' in key ? symmetric(option, key) : asymmetric(option, key)
}

function symmetric(option: string, key: SecretKey): ReadyKey {
  const { id, secret } = key
  check(option, key, !('privateKey' in key || 'publicKey' in key), 'a secret, or a pair of keys, not both')
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  const isLongEnough = bytes instanceof Uint8Array && bytes.length >= LEAST_BYTES
  check(`${option}.secret`, secret, isLongEnough, `at least ${LEAST_BYTES} random bytes`)
  // A copy: what its owner does with the bytes later changes no key.
  const own = Uint8Array.from(bytes)
  const ready = once(() =>
    crypto.subtle.importKey('raw', own, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']),
  )
  return { id, algorithm: 'HS256', signs: ready, verifies: ready }
}

function asymmetric(option: string, { id, privateKey, publicKey }: AsymmetricKey): ReadyKey {
  const [own, open] = [`${option}.privateKey`, `${option}.publicKey`]
  const shared = publicKey ?? (isCryptoKey(privateKey) ? undefined : publicPart(privateKey))
  if (shared === undefined) throw new TypeError(`${open} must be given, unless privateKey is a JWK`)
  const algorithm = pinnedAlgorithm(open, shared)
  check(open, shared, fits(shared, 'public', 'verify'), 'a public key that verifies')
  if (privateKey !== undefined) {
    const isOfOneKind = pinnedAlgorithm(own, privateKey) === algorithm
    check(own, privateKey, isOfOneKind, `a key for ${algorithm}, like publicKey`)
    check(own, privateKey, fits(privateKey, 'private', 'sign'), 'a private key that signs')
  }
  return {
    id,
    algorithm,
    signs: privateKey && once(() => imported(privateKey, algorithm)),
    verifies: once(() => imported(shared, algorithm)),
  }
}

function fits(key: CryptoKey | Jwk, type: 'public' | 'private', usage: 'sign' | 'verify'): boolean {
  if (isCryptoKey(key)) return key.type === type && key.usages.includes(usage)
  return PRIVATE.some((member) => member in key) === (type === 'private')
}

function publicPart(key: Jwk | undefined): Jwk | undefined {
  if (typeof key !== 'object' || key === null) return undefined
  const open = Object.entries(key).filter(([member]) => !PRIVATE.includes(member) && member !== 'key_ops')
  return Object.fromEntries(open)
}

async function imported(key: CryptoKey | Jwk, algorithm: string): Promise<CryptoKey> {
  return isCryptoKey(key) ? key : ((await importJWK(key as JWK, algorithm)) as CryptoKey)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
