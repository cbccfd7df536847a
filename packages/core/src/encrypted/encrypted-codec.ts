import type { Store } from '../contracts/store'
import { CodecError } from '../errors'
import { randomToken } from '../random-token'
import { type EncryptedCodec, type EncryptedCodecOptions, resolveEncryption } from './options'
import { SealedStore } from './sealed-store'
import { TextCipher } from './text-cipher'

/**
 * Encrypts what an `Idem` stores of answers, failures and steps, with AES-256-GCM, each text bound to its record and its
 * place there. Keys, scopes, names of operations and steps, times and fingerprints stay readable. What cannot be decrypted
 * is a `CodecError` for whoever asks for it, `valueError` in `inspect`; it never makes anything run again.
 *
 * @throws TypeError that names the option that is wrong or unknown, and what it takes
 * @example
 * const idem = new Idem({ store, codec: encryptedCodec({ keys: [{ id: '2026-05', key }] }) })
 */
export function encryptedCodec(options: EncryptedCodecOptions): EncryptedCodec {
  const settings = resolveEncryption(options)
  const cipher = new TextCipher(settings)
  const { codec } = settings
  // WebCrypto answers later, and a codec at once. So the store is asked through one that en- and decrypts, and what that could
  // not decrypt it passes on as the reason, behind a mark that no text can begin with but by a guess of 96 bits. It is made
  // when there is a reason: before their first request, workers have no random numbers.
  let mark: string | undefined
  const marked = (reason: string) => {
    mark ??= `${randomToken()} `
    return mark + reason
  }
  return {
    encode: (value) => codec.encode(value),
    decode(text) {
      if (mark !== undefined && text.startsWith(mark)) throw new CodecError(text.slice(mark.length))
      return codec.decode(text)
    },
    seal: <S extends Store>(store: S) => new SealedStore(store, cipher, marked) as Store as S,
  }
}
