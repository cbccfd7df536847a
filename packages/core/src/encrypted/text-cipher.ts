import { fromBase64, toBase64 } from '../codec/base64'
import { CodecError } from '../errors'
import type { CryptoKey, EncryptionSettings } from './options'

/** What a text is, and where it stands: it is readable there and nowhere else. */
export interface Place {
  readonly key: string
  readonly kind: 'value' | 'failure' | 'step'
  /** Of a step. */
  readonly name?: string
}

/** What every encrypted text begins with: the form, of which this is the first. */
const PREFIX = 'sealed1.'
const IV_BYTES = 12
const CHANGED = 'it was changed or cut short, belongs elsewhere, or its key is another one'

/**
 * AES-256-GCM on texts: `sealed1.<key id>.<base64 of IV, ciphertext and tag>`. The IV is 96 random bits, so one key is
 * good for some 2^32 texts (NIST SP 800-38D, 8.3). The place is authenticated: a text that is moved is as good as changed.
 */
export class TextCipher {
  readonly #settings: EncryptionSettings

  constructor(settings: EncryptionSettings) {
    this.#settings = settings
  }

  async encrypt(text: string, place: Place): Promise<string> {
    const { encryptWith: id } = this.#settings
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const key = (await this.#settings.keys.get(id)) as CryptoKey
    const bytes = await crypto.subtle.encrypt(algorithm(iv, place), key, new TextEncoder().encode(text))
    const sealed = new Uint8Array(IV_BYTES + bytes.byteLength)
    sealed.set(iv)
    sealed.set(new Uint8Array(bytes), IV_BYTES)
    return `${PREFIX}${id}.${toBase64(sealed)}`
  }

  /** @throws CodecError that says why it cannot be read, and nothing of what it holds */
  async decrypt(text: string, place: Place): Promise<string> {
    if (!text.startsWith(PREFIX)) {
      if (this.#settings.acceptPlain) return text
      throw unreadable(place, 'it is not encrypted, and acceptPlain is not set')
    }
    const end = text.indexOf('.', PREFIX.length)
    const id = end === -1 ? '' : text.slice(PREFIX.length, end)
    const key = await this.#settings.keys.get(id)
    if (key === undefined) {
      throw unreadable(place, `there is no key with the id ${JSON.stringify(id.slice(0, 64))}`)
    }
    try {
      const body = text.slice(end + 1)
      const sealed = fromBase64(body) as Uint8Array<ArrayBuffer>
      // Bits that mean nothing, blanks: no second text is as good as the one that was written.
      if (toBase64(sealed) !== body) throw unreadable(place, CHANGED)
      const iv = sealed.subarray(0, IV_BYTES)
      const bytes = await crypto.subtle.decrypt(algorithm(iv, place), key, sealed.subarray(IV_BYTES))
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    } catch {
      throw unreadable(place, CHANGED)
    }
  }
}

/** Names hold no line breaks, so no two places read the same. */
const algorithm = (iv: Uint8Array<ArrayBuffer>, { key, kind, name = '' }: Place) => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(`idem ${PREFIX}\n${kind}\n${key}\n${name}`),
})

const unreadable = ({ key, kind, name }: Place, why: string): CodecError =>
  new CodecError(`the ${kind}${name === undefined ? '' : ` ${name}`} of ${key} cannot be decrypted: ${why}`)
