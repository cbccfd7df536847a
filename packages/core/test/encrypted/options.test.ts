import { describe, expect, it } from 'vitest'
import { idempotentConsumer } from '../../src/consumer'
import { type EncryptedCodecOptions, encryptedCodec } from '../../src/encrypted'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { KEYS, sealedScene, secret } from './sealed-scene'

const key = secret(1)
const aes = (length: number, ...usages: ('encrypt' | 'decrypt')[]) =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length }, false, usages)

describe('encryptedCodec', () => {
  it.each<[option: string, options: unknown]>([
    ['options', undefined],
    ['keys', {}],
    ['keys', { keys: [] }],
    ['keys', { keys: key }],
    ['options', { keys: ['secret'] }],
    ['key', { keys: [{ id: 'a', secret: key }] }],
    ['keys[0].id', { keys: [{ key }] }],
    ['keys[0].id', { keys: [{ id: '', key }] }],
    ['keys[0].id', { keys: [{ id: 'a.b', key }] }],
    ['keys[0].id', { keys: [{ id: 'a'.repeat(65), key }] }],
    [
      'keys',
      {
        keys: [
          { id: 'a', key },
          { id: 'a', key },
        ],
      },
    ],
    [
      'keys[1].key',
      {
        keys: [
          { id: 'a', key },
          { id: 'b', key: key.subarray(1) },
        ],
      },
    ],
    ['keys[0].key', { keys: [{ id: 'a', key: 'x'.repeat(32) }] }],
    ['keys[0].key', { keys: [{ id: 'a', key: [...key] }] }],
    ['keys[0].key', { keys: [{ id: 'a', key: null }] }],
    ['acceptPlain', { keys: KEYS, acceptPlain: 'yes' }],
    ['codec', { keys: KEYS, codec: {} }],
    ['codec', { keys: KEYS, codec: null }],
    ['codec', { keys: KEYS, codec: encryptedCodec({ keys: KEYS }) }],
    ['key', { keys: KEYS, key }],
  ])('refuses %s that is none: %j', (option, options) => {
    expect(() => encryptedCodec(options as EncryptedCodecOptions)).toThrow(TypeError)
    expect(() => encryptedCodec(options as EncryptedCodecOptions)).toThrow(option)
  })

  it('says nothing of a key that it refuses', () => {
    const spoilt = { keys: [{ id: 'a', key: 'my secret passphrase' as unknown as Uint8Array }] as const }
    expect(() => encryptedCodec(spoilt)).toThrow(/^(?!.*passphrase)/)
  })

  it('refuses a CryptoKey that is too short, for something else, or may not do what it must', async () => {
    const hmac = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    for (const wrong of [await aes(128, 'encrypt', 'decrypt'), await aes(256, 'decrypt'), hmac]) {
      expect(() => encryptedCodec({ keys: [{ id: 'a', key: wrong }] })).toThrow('keys[0].key')
    }
    const reader = { id: 'old', key: await aes(256, 'decrypt') }
    expect(() => encryptedCodec({ keys: [KEYS[0], reader] })).not.toThrow()
  })

  it('goes by the keys as they were when it was made', async () => {
    const { store } = sealedScene()
    const bytes = secret(1)
    const codec = encryptedCodec({ keys: [{ id: 'one', key: bytes }] })
    bytes.fill(0)
    await new Idem({ store, codec }).run('key', () => 5)
    expect(await new Idem({ store, codec: encryptedCodec({ keys: KEYS }) }).run('key', () => 6)).toBe(5)
  })
})

describe('a codec that encrypts', () => {
  const codec = encryptedCodec({ keys: KEYS })
  const plain = new Idem({ store: new MemoryStore() })
  const refusal = 'codec must be given to new Idem() if it encrypts'

  it('is refused wherever the store would get plain text', async () => {
    const run = plain.run('key', () => expect.fail('ran'), { codec })
    await expect(run).rejects.toThrow(refusal)
    await expect(plain.inspect('key', { codec })).rejects.toThrow(refusal)
    await expect(plain.resolve('key', 1, { codec })).rejects.toThrow(refusal)
    expect(() => plain.wrap(() => 1, { name: 'a', key: () => 'a', codec })).toThrow(refusal)
    const message = { idem: plain, name: 'a', key: () => 'a', handler: () => {}, codec }
    expect(() => idempotentConsumer(message)).toThrow(refusal)
  })

  it('may be named again where it is at work already', async () => {
    const idem = new Idem({ store: new MemoryStore(), codec })
    expect(await idem.run('key', () => 1, { codec })).toBe(1)
    const stranger = encryptedCodec({ keys: KEYS })
    await expect(idem.run('key', () => 1, { codec: stranger })).rejects.toThrow(refusal)
  })

  it('encrypts what another codec makes of a call’s values, too', async () => {
    const store = new MemoryStore()
    const idem = new Idem({ store, codec })
    const json = { encode: JSON.stringify, decode: JSON.parse }
    await idem.run('key', () => ({ a: 1 }), { codec: json })
    expect(await idem.run('key', () => 2, { codec: json })).toEqual({ a: 1 })
    expect((await store.get('idem:::key'))?.value).toMatch(/^sealed1\./)
  })
})
