export { encryptedCodec } from './encrypted-codec'
export type { EncryptedCodec, EncryptedCodecOptions, EncryptionKey } from './options'
