import type { Codec } from '../codec/codec'
import { taggedJson } from '../codec/tagged-json'
import type { Store } from '../contracts/store'
import { onlyKnown } from '../options/only-known'

/** A key of WebCrypto, whichever library declares its type. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

export interface EncryptionKey {
  /** Stands before every text that the key encrypted: 1 to 64 letters, digits, `_` and `-`. Nothing secret. */
  readonly id: string
  /** 32 random bytes, or a `CryptoKey` of AES-GCM with 256 bits that may decrypt, and encrypt if it is the first. */
  readonly key: Uint8Array | CryptoKey
}

export interface EncryptedCodecOptions {
  /** The first one encrypts, all of them decrypt. A key may go when no record that it encrypted is kept any more. */
  readonly keys: readonly [EncryptionKey, ...EncryptionKey[]]
  /**
   * Whether texts that are not encrypted are read, as they were written before there was a key. While it is set, whoever
   * can write to the store can make up answers: set it for one retention, then take it away. @defaultValue false
   */
  readonly acceptPlain?: boolean | undefined
  /** Turns values into the text that is encrypted. @defaultValue tagged JSON */
  readonly codec?: Codec | undefined
}

/** A codec for `new Idem` and nothing else: it works by the store that it puts in front of the one given there. */
export interface EncryptedCodec extends Codec {
  /** The store as seen through the encryption: for tools that read stores without an `Idem`. */
  seal<S extends Store>(store: S): S
}

/** The options complete and checked. Keys are ready before their first use, and nobody can change them any more. */
export interface EncryptionSettings {
  readonly keys: ReadonlyMap<string, Promise<CryptoKey>>
  readonly encryptWith: string
  readonly acceptPlain: boolean
  readonly codec: Codec
}

const ID = /^[\w-]{1,64}$/

/** @throws TypeError that names the option that is wrong or unknown, and what it takes; never what is in a key */
export function resolveEncryption(options: EncryptedCodecOptions): EncryptionSettings {
  const {
    keys,
    acceptPlain = false,
    codec = taggedJson,
  } = onlyKnown(options, ['keys', 'acceptPlain', 'codec'])
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TypeError('keys must be a list of at least one key')
  if (typeof acceptPlain !== 'boolean') throw new TypeError('acceptPlain must be true or false')
  const { encode, decode, seal } = Object(codec) as Partial<Codec>
  if (typeof encode !== 'function' || typeof decode !== 'function' || seal !== undefined) {
    throw new TypeError('codec must be an object with the methods encode, decode, and not encrypt by itself')
  }
  if (globalThis.crypto?.subtle === undefined) {
    throw new TypeError('encryptedCodec needs WebCrypto: Node.js 20 and up, or a page that came by HTTPS')
  }
  const ready = new Map<string, Promise<CryptoKey>>()
  for (const [at, given] of (keys as readonly EncryptionKey[]).entries()) {
    const { id, key } = onlyKnown(given, ['id', 'key'])
    if (typeof id !== 'string' || !ID.test(id)) {
      throw new TypeError(`keys[${at}].id must be 1 to 64 letters, digits, _ and -`)
    }
    if (ready.has(id)) throw new TypeError('keys must have an id each, no two of them the same')
    ready.set(id, imported(key, at))
  }
  return { keys: ready, encryptWith: keys[0].id, acceptPlain, codec }
}

function imported(key: Uint8Array | CryptoKey, at: number): Promise<CryptoKey> {
  const kind = Object.prototype.toString.call(key)
  if (kind === '[object Uint8Array]' && (key as Uint8Array).length === 32) {
    const bytes = Uint8Array.from(key as Uint8Array)
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  }
  const { algorithm, usages = [] } = kind === '[object CryptoKey]' ? (key as CryptoKey) : {}
  const { name, length } = (algorithm ?? {}) as { readonly name?: string; readonly length?: number }
  const mayDo = usages.includes('decrypt') && (at > 0 || usages.includes('encrypt'))
  if (name === 'AES-GCM' && length === 256 && mayDo) return Promise.resolve(key as CryptoKey)
  throw new TypeError(
    `keys[${at}].key must be a Uint8Array of 32 bytes, or a CryptoKey of AES-GCM with 256 bits for ${at > 0 ? '' : "'encrypt' and "}'decrypt'`,
  )
}
