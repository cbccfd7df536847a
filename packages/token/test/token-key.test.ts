import type { webcrypto } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { type AsymmetricKey, type Jwk, TokenIssuer, type TokenKey } from '../src/index'
import { isRefused, parts, SECRET, USE } from './support/tokens'

const keyed = (...keys: readonly TokenKey[]): TokenIssuer =>
  new TokenIssuer({ keys: keys as [TokenKey, ...TokenKey[]] })
const pairOf = (alg: string, extractable = true) => generateKeyPair(alg, { extractable })
const { subtle } = crypto

describe('several keys', () => {
  const old = { id: '2025', secret: 'the secret of twenty twenty-five' }
  const young = { id: '2026', secret: 'the secret of twenty twenty-six!' }

  it('all verify, and the first one signs', async () => {
    const token = await keyed(old).issue(USE)
    const rotated = keyed(young, old)
    expect((await rotated.verify(token, USE)).kid).toBe('2025')
    expect(parts(await rotated.issue(USE)).header['kid']).toBe('2026')
    await expect(keyed(old, young).verify(await rotated.issue(USE), USE)).resolves.toMatchObject(USE)
  })

  it('do not verify what one of them has signed that was rotated out', async () => {
    const token = await keyed(young, old).issue(USE)
    await expect(keyed(young).verify(token, USE)).resolves.toMatchObject(USE)
    await isRefused(keyed(old).verify(token, USE), 'forged', young.secret)
  })

  it('each verify only what names them', async () => {
    const token = await keyed({ ...old, id: '2026' }).issue(USE)
    await isRefused(keyed(young, old).verify(token, USE), 'forged')
  })

  it('may be of several kinds', async () => {
    const { privateKey, publicKey } = await pairOf('ES256')
    const tokens = keyed({ id: 'a', privateKey, publicKey }, old)
    await expect(tokens.verify(await keyed(old).issue(USE), USE)).resolves.toMatchObject({ kid: '2025' })
    await expect(tokens.verify(await tokens.issue(USE), USE)).resolves.toMatchObject({ kid: 'a' })
  })

  it('have different ids', () => {
    expect(() => keyed(old, { ...young, id: '2025' })).toThrow(/^keys must be keys of which no two/)
  })
})

describe('a secret', () => {
  it('is the same as text and as bytes, and as a key named 1', async () => {
    const bytes = new TextEncoder().encode(SECRET)
    const token = await new TokenIssuer({ secret: SECRET }).issue(USE)
    await expect(new TokenIssuer({ secret: bytes }).verify(token, USE)).resolves.toBeDefined()
    await expect(keyed({ id: '1', secret: bytes }).verify(token, USE)).resolves.toBeDefined()
  })

  it('is copied: its owner may wipe it', async () => {
    const bytes = new TextEncoder().encode(SECRET)
    const tokens = new TokenIssuer({ secret: bytes })
    bytes.fill(0)
    await expect(
      new TokenIssuer({ secret: SECRET }).verify(await tokens.issue(USE), USE),
    ).resolves.toBeDefined()
  })

  it.each(['', 'x'.repeat(31), new Uint8Array(31), 7, undefined, null, {}])(
    'has at least 32 bytes, unlike %s',
    (secret) => {
      expect(() => keyed({ id: 'a', secret: secret as string })).toThrow(
        /^keys\[0\]\.secret must be at least 32/,
      )
    },
  )

  it('counts bytes, not characters', () => {
    expect(() => new TokenIssuer({ secret: '\u00e9'.repeat(16) })).not.toThrow()
  })

  it('is in no message', () => {
    const short = 'hunter2'
    const told = [() => new TokenIssuer({ secret: short }), () => keyed(short as never)].map((make) => {
      try {
        make()
      } catch (error) {
        return String((error as Error).stack)
      }
      return short
    })
    for (const text of told) expect(text).not.toContain(short)
  })
})

describe.each(['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'ES512', 'Ed25519'])(
  'a pair for %s',
  (alg) => {
    it('signs and verifies, as CryptoKeys that cannot be exported', async () => {
      const tokens = keyed({ id: 'a', ...(await pairOf(alg, false)) })
      const token = await tokens.issue(USE)
      expect(parts(token).header['alg']).toBe(alg)
      expect(await tokens.verify(token, USE)).toMatchObject({ ...USE, kid: 'a' })
    })

    it('signs and verifies as JWK, of which the private one is enough', async () => {
      const pair = await pairOf(alg)
      const privateKey = { ...(await exportJWK(pair.privateKey)), alg } as Jwk
      const publicKey = { ...(await exportJWK(pair.publicKey)), alg } as Jwk
      const token = await keyed({ id: 'a', privateKey }).issue(USE)
      for (const key of [
        { privateKey },
        { publicKey },
        { privateKey, publicKey },
        { publicKey: pair.publicKey },
      ]) {
        await expect(keyed({ id: 'a', ...key }).verify(token, USE)).resolves.toMatchObject(USE)
      }
      const other = await pairOf(alg)
      await isRefused(keyed({ id: 'a', publicKey: other.publicKey }).verify(token, USE), 'forged')
    })
  },
)

describe('a JWK', () => {
  it('of Ed25519 may call its algorithm EdDSA, as it once was', async () => {
    const pair = await pairOf('Ed25519')
    const privateKey = { ...(await exportJWK(pair.privateKey)), alg: 'EdDSA' } as Jwk
    const tokens = keyed({ id: 'a', privateKey })
    const token = await tokens.issue(USE)
    expect(parts(token).header['alg']).toBe('Ed25519')
    await expect(tokens.verify(token, USE)).resolves.toMatchObject(USE)
  })

  it('that may only sign verifies all the same, by its public part', async () => {
    const pair = await pairOf('ES256')
    const privateKey = { ...(await exportJWK(pair.privateKey)), key_ops: ['sign'] } as Jwk
    const tokens = keyed({ id: 'a', privateKey })
    await expect(tokens.verify(await tokens.issue(USE), USE)).resolves.toMatchObject(USE)
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('with %s is no public one', (member) => {
    const publicKey = { kty: 'RSA', alg: 'RS256', n: 'a', e: 'AQAB', [member]: 'a' }
    expect(() => keyed({ id: 'a', publicKey })).toThrow(/publicKey must be a public key that verifies/)
  })
})

describe('a public key alone', () => {
  it('verifies, and cannot issue', async () => {
    const { publicKey } = await pairOf('ES256')
    await expect(keyed({ id: 'a', publicKey }).issue(USE)).rejects.toThrow(
      /^keys\[0\]\.privateKey must be given/,
    )
  })
})

describe('a key that does not sign', () => {
  const wrong: readonly (readonly [string, () => Promise<Omit<AsymmetricKey, 'id'>>, RegExp])[] = [
    [
      'is a private key without its public one',
      async () => ({ privateKey: (await pairOf('ES256')).privateKey }),
      /publicKey must be given/,
    ],
    [
      'is a public key in place of a private one',
      async () => {
        const { publicKey } = await pairOf('ES256')
        return { privateKey: publicKey, publicKey }
      },
      /privateKey must be a private key that signs/,
    ],
    [
      'is a private key in place of a public one',
      async () => {
        const { privateKey } = await pairOf('ES256')
        return { publicKey: privateKey }
      },
      /publicKey must be a public key that verifies/,
    ],
    [
      'is a private JWK in place of a public one',
      async () => ({
        publicKey: (await exportJWK((await pairOf('ES256')).privateKey)) as Jwk,
      }),
      /publicKey must be a public key/,
    ],
    [
      'is a public JWK in place of a private one',
      async () => ({
        privateKey: (await exportJWK((await pairOf('ES256')).publicKey)) as Jwk,
      }),
      /privateKey must be a private key/,
    ],
    [
      'is of another algorithm than its other half',
      async () => ({
        privateKey: (await pairOf('ES384')).privateKey,
        publicKey: (await pairOf('ES256')).publicKey,
      }),
      /privateKey must be a key for ES256, like publicKey/,
    ],
    [
      'encrypts',
      async () => {
        const name = {
          name: 'RSA-OAEP',
          modulusLength: 2048,
          publicExponent: Uint8Array.of(1, 0, 1),
          hash: 'SHA-256',
        }
        return (await subtle.generateKey(name, true, ['encrypt', 'decrypt'])) as never
      },
      /publicKey must be a key of RSA/,
    ],
    [
      'is a secret as CryptoKey',
      async () => ({
        publicKey: (await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, [
          'verify',
          'sign',
        ])) as never,
      }),
      /publicKey must be a key of RSA/,
    ],
    [
      'is a secret as JWK',
      async () => ({ publicKey: { kty: 'oct', k: 'a'.repeat(43), alg: 'HS256' } }),
      /must be a key of RSA/,
    ],
    [
      'is of RSA and does not say for what',
      async () => ({
        publicKey: (await exportJWK((await pairOf('RS256')).publicKey)) as Jwk,
      }),
      /with alg/,
    ],
    [
      'is for encryption by its alg',
      async () => ({ publicKey: { kty: 'RSA', alg: 'RSA-OAEP', n: 'a', e: 'AQAB' } }),
      /with alg/,
    ],
    [
      'says another algorithm than its curve',
      async () => ({
        publicKey: { kty: 'EC', crv: 'P-256', alg: 'ES384', x: 'a', y: 'a' },
      }),
      /must be a key of RSA/,
    ],
    [
      'says none',
      async () => ({ publicKey: { kty: 'EC', crv: 'P-256', alg: 'none', x: 'a', y: 'a' } }),
      /must be a key of RSA/,
    ],
    [
      'says an algorithm of other curves than Ed25519',
      async () => ({ publicKey: { kty: 'OKP', crv: 'Ed25519', alg: 'ES256', x: 'a' } }),
      /must be a key of RSA/,
    ],
    [
      'says EdDSA of another curve',
      async () => ({ publicKey: { kty: 'EC', crv: 'P-256', alg: 'EdDSA', x: 'a', y: 'a' } }),
      /must be a key of RSA/,
    ],
    [
      'says an algorithm that only ends like one',
      async () => ({ publicKey: { kty: 'RSA', alg: 'NRS256', n: 'a', e: 'AQAB' } }),
      /with alg/,
    ],
    [
      'is a secret that says a curve',
      async () => ({ publicKey: { kty: 'oct', crv: 'P-256', k: 'a'.repeat(43) } }),
      /must be a key of RSA/,
    ],
    [
      'agrees on secrets, as CryptoKey',
      async () =>
        (await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])) as never,
      /must be a key of RSA/,
    ],
    [
      'is a public CryptoKey that may not verify',
      async () => {
        const jwk = await exportJWK((await pairOf('ES256')).publicKey)
        const name = { name: 'ECDSA', namedCurve: 'P-256' }
        return { publicKey: await subtle.importKey('jwk', jwk as webcrypto.JsonWebKey, name, true, []) }
      },
      /publicKey must be a public key that verifies/,
    ],
    [
      'is null in place of a private one',
      async () => ({ privateKey: null as never, publicKey: (await pairOf('ES256')).publicKey }),
      /privateKey must be a key of RSA.*got \[object Null\]$/,
    ],
    [
      'is of a curve for agreement',
      async () => ({ publicKey: { kty: 'OKP', crv: 'X25519', x: 'a' } }),
      /must be a key of RSA/,
    ],
    [
      'is of no curve',
      async () => ({ publicKey: { kty: 'EC', crv: 'constructor' } }),
      /must be a key of RSA/,
    ],
    ['is no key', async () => ({ publicKey: 'a public key' as never }), /must be a key of RSA/],
    ['is nothing', async () => ({}), /publicKey must be given/],
  ]

  it.each(wrong)('is refused at once where it %s', async (_, make, message) => {
    const key = { id: 'a', ...(await make()) }
    expect(() => keyed(key)).toThrow(TypeError)
    expect(() => keyed(key)).toThrow(message)
  })
})

describe('options', () => {
  const faults: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /^options must be an object/],
    [{}, /^options must be given a secret, or keys/],
    [{ secret: SECRET, keys: [{ id: 'a', secret: SECRET }] }, /^options must be given a secret, or keys/],
    [{ keys: [] }, /^keys must be a list of at least one key/],
    [{ keys: { id: 'a', secret: SECRET } }, /^keys must be a list/],
    [{ keys: [null] }, /^keys\[0\] must be an object/],
    [{ keys: [{ secret: SECRET }] }, /^keys\[0\]\.id must be a text/],
    [{ keys: [{ id: '', secret: SECRET }] }, /^keys\[0\]\.id must be a text/],
    [{ keys: [{ id: 'a', secret: SECRET, alg: 'none' }] }, /^alg is no option here/],
    [{ keys: [{ id: 'a', secret: SECRET, publicKey: {} }] }, /not both/],
    [{ keys: [{ id: 'a', secret: SECRET, privateKey: {} }] }, /not both; got \[object Object\]$/],
    [{ secret: 'hunter2' }, /^options\.secret must be at least 32 random bytes; got a text of 7 characters$/],
    [{ keys: [7] }, /^keys\[0\] must be an object; got number$/],
    [
      { secret: SECRET, tll: '1h' },
      /^tll is no option here; there are secret, keys, ttl, clockTolerance, now/,
    ],
    [{ secret: SECRET, ttl: 999 }, /^ttl must be/],
    [{ secret: SECRET, clockTolerance: -1 }, /^clockTolerance must be/],
    [{ secret: SECRET, now: 7 }, /^now must be a function/],
  ]

  it.each(faults)('are refused at once: %j', (options, message) => {
    expect(() => new TokenIssuer(options as never)).toThrow(message)
    expect(() => new TokenIssuer(options as never)).toThrow(TypeError)
  })
})
