import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { base64url, CompactSign, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { TokenIssuer } from '../src/index'
import { MAX_TOKEN_LENGTH } from '../src/token-issuer'
import { isRefused, issuer, json, parts, SECRET, USE } from './support/tokens'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const tokens = issuer()
const token = await tokens.issue(USE)
const { header, payload, signature } = parts(token)
const [head = '', body = ''] = token.split('.')

/** What only whoever has the secret can make. */
const signed = (changes: object, kind: object = {}): Promise<string> =>
  new CompactSign(bytes(JSON.stringify({ ...payload, ...changes })))
    .setProtectedHeader({ alg: 'HS256', kid: '1', typ: 'idem+jwt', ...kind })
    .sign(bytes(SECRET))

const hmac = (key: string | Uint8Array, input: string, hash = 'sha256'): string =>
  createHmac(hash, key).update(input).digest('base64url')

describe('a token that nobody here has signed', () => {
  it('is refused with algorithm none, in whatever spelling', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const unsigned = json({ ...header, alg })
      await isRefused(tokens.verify(`${unsigned}.${body}.`, USE), 'forged')
      await isRefused(tokens.verify(`${unsigned}.${body}.${signature}`, USE), 'forged')
    }
    await isRefused(tokens.verify(new UnsecuredJWT(payload).encode(), USE), 'malformed')
  })

  it('is refused unread where it is longer than any that was issued', async () => {
    await isRefused(tokens.verify(token.padEnd(MAX_TOKEN_LENGTH, 'A'), USE), 'forged')
    await isRefused(tokens.verify(token.padEnd(MAX_TOKEN_LENGTH + 1, 'A'), USE), 'malformed')
  })

  it('is refused without its signature', async () => {
    await isRefused(tokens.verify(`${head}.${body}.`, USE), 'forged')
  })

  it('is refused with the signature of another key', async () => {
    const other = issuer({ secret: 'another secret of thirty-two bytes' })
    await isRefused(tokens.verify(await other.issue(USE), USE), 'forged')
  })

  it.each(['HS384', 'HS512'])(
    'is refused where the same secret signed by %s: its key is for HS256',
    async (alg) => {
      const input = `${json({ ...header, alg })}.${body}`
      const forged = `${input}.${hmac(SECRET, input, alg.replace('HS', 'sha'))}`
      await isRefused(tokens.verify(forged, USE), 'forged')
    },
  )

  it.each(['RS256', 'ES256', 'Ed25519', 'EdDSA', 'HS1', 'hs256', '', 7, null])(
    'is refused when it claims to be of algorithm %s',
    async (alg) => {
      const input = `${json({ ...header, alg })}.${body}`
      const verified = tokens.verify(`${input}.${hmac(SECRET, input)}`, USE)
      await isRefused(verified, typeof alg === 'string' && alg ? 'forged' : 'malformed')
    },
  )

  it.each(['RS256', 'ES256', 'Ed25519'])(
    'is refused where the public key for %s was taken for a secret',
    async (alg) => {
      const pair = await generateKeyPair(alg, { extractable: true })
      const verifier = new TokenIssuer({ keys: [{ id: '1', publicKey: pair.publicKey }] })
      const pem = await exportSPKI(pair.publicKey)
      const der = base64url.encode(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)))
      for (const secret of [pem, pem.trim(), base64url.decode(der)]) {
        for (const claimed of ['HS256', alg]) {
          const input = `${json({ ...header, alg: claimed })}.${body}`
          await isRefused(verifier.verify(`${input}.${hmac(secret, input)}`, USE), 'forged')
        }
      }
    },
  )

  it('is refused where it names a key that there is not, or brings one', async () => {
    for (const kid of ['2', '', ' 1', '__proto__', 'constructor']) {
      await isRefused(tokens.verify(await signed({}, { kid }), USE), 'forged')
    }
    const pair = await generateKeyPair('ES256', { extractable: true })
    const jwk = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as never
    for (const kind of [{ jwk }, { jku: 'https://127.0.0.1/keys' }, { x5u: 'https://127.0.0.1/key' }]) {
      const forged = await new CompactSign(bytes(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'ES256', kid: '1', typ: 'idem+jwt', ...kind })
        .sign(pair.privateKey)
      await isRefused(tokens.verify(forged, USE), 'forged')
    }
  })

  it('is refused without a kid, or with one that is no text', async () => {
    for (const kid of [undefined, 1, null, ['1'], {}]) {
      const input = `${json({ ...header, kid })}.${body}`
      await isRefused(tokens.verify(`${input}.${hmac(SECRET, input)}`, USE), 'malformed')
    }
  })

  it('is refused where one claim was changed, or its JSON only written otherwise', async () => {
    for (const changes of [
      { sub: 'bob' },
      { operation: 'refund' },
      { exp: 4e9 },
      { iat: 1 },
      { jti: 'a'.repeat(22) },
    ]) {
      await isRefused(
        tokens.verify(`${head}.${json({ ...payload, ...changes })}.${signature}`, USE),
        'forged',
      )
    }
    const spaced = base64url.encode(JSON.stringify(payload, null, 1))
    await isRefused(tokens.verify(`${head}.${spaced}.${signature}`, USE), 'forged')
  })

  it('is refused whichever character of it is another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom(...'AZaz09-_.'), async (at, character) => {
        fc.pre(token[at] !== character)
        // The last character of a part has bits that mean nothing: with others it is the same token, which one below shows.
        fc.pre(token[at + 1] !== '.')
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        await expect(tokens.verify(changed, USE)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
      }),
      { numRuns: 300 },
    )
  })

  it('is refused wherever it is cut off', async () => {
    for (let length = 0; length < token.length; length++) {
      await expect(tokens.verify(token.slice(0, length), USE)).rejects.toMatchObject({
        code: 'INVALID_TOKEN',
      })
    }
  })
})

describe('a text that is no token', () => {
  it.each([
    '',
    'abc',
    '..',
    'a.b.c',
    'a.b.c.d',
    `${token} `,
    ` ${token}`,
    `${token}\n`,
    `${token}=`,
    `${token},${token}`,
    `Bearer ${token}`,
    `${head}.${body}`,
    `${head}..${signature}`,
    `.${body}.${signature}`,
    `${head}.${body}.${signature}.`,
    `${head}=.${body}.${signature}`,
    `${json([])}.${body}.${signature}`,
    `${json('a')}.${body}.${signature}`,
    `${json(null)}.${body}.${signature}`,
    `${'a'.repeat(8000)}.${body}.${signature}`,
  ])('is malformed: %s', async (text) => {
    await isRefused(tokens.verify(text, USE), 'malformed')
  })

  it.each([undefined, null, 7, {}, [token]])('is malformed: %s, which is no text', async (value) => {
    await isRefused(tokens.verify(value as unknown as string, USE), 'malformed')
  })
})

describe('what the same key has signed, but not as a token', () => {
  it('is no token: a session, say', async () => {
    const session = (typ?: string) =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'HS256', kid: '1', ...(typ && { typ }) })
        .sign(bytes(SECRET))
    await isRefused(tokens.verify(await session(), USE), 'malformed')
    await isRefused(tokens.verify(await session('JWT'), USE), 'malformed')
  })

  it.each([
    { sub: undefined },
    { sub: '' },
    { sub: ['ann'] },
    { operation: undefined },
    { operation: 7 },
    { jti: undefined },
    { jti: '' },
    { jti: 'x'.repeat(256) },
    { jti: 'idem:http::another' },
    { iat: undefined },
    { iat: 'now' },
    { iat: -1 },
    { iat: 1.5 },
    { exp: undefined },
    { exp: null },
    { exp: '9999999999' },
    { exp: 1e300 },
    { exp: Number.MAX_SAFE_INTEGER },
  ])('is no token with %j', async (changes) => {
    await isRefused(tokens.verify(await signed(changes), USE), 'malformed')
  })

  it('is no token if it is not JSON, or no object', async () => {
    for (const text of ['', 'null', '"a"', '[]', '7', '{"sub":', '\ufeff']) {
      const sealed = await new CompactSign(bytes(text))
        .setProtectedHeader({ alg: 'HS256', kid: '1', typ: 'idem+jwt' })
        .sign(bytes(SECRET))
      await isRefused(tokens.verify(sealed, USE), 'malformed')
    }
  })

  it('is no token if it must be understood in a way that is not', async () => {
    const input = `${json({ ...header, crit: ['b64'], b64: false })}.${JSON.stringify(payload).replace(/\W/g, 'a')}`
    await isRefused(tokens.verify(`${input}.${hmac(SECRET, input)}`, USE), 'malformed')
    const critical = `${json({ ...header, crit: ['x'], x: 1 })}.${body}`
    await isRefused(tokens.verify(`${critical}.${hmac(SECRET, critical)}`, USE), 'forged')
  })

  it('is no token if it is longer than any that is issued', async () => {
    const longest = { subject: '\u4e2d'.repeat(255), operation: '\0'.repeat(255) }
    await expect(tokens.verify(await tokens.issue(longest), longest)).resolves.toBeDefined()
    await isRefused(tokens.verify(await signed({ more: 'x'.repeat(7000) }), USE), 'malformed')
  })

  it('is refused when it comes from the future, near or far', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const ahead of [60, 86_400, 1e9]) {
      const early = await signed({ iat: now + ahead, exp: now + ahead + 60 })
      await isRefused(tokens.verify(early, USE), 'premature')
    }
    await isRefused(tokens.verify(await signed({ iat: 8.64e12, exp: 8.64e12 }), USE), 'premature')
  })
})

describe('the same token, written otherwise', () => {
  it('is the same key: bits that mean nothing make no second one', async () => {
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const at = last.indexOf(token.at(-1) as string)
    const again = token.slice(0, -1) + last[at ^ 1]
    expect(again).not.toBe(token)
    const { jti } = await tokens.verify(token, USE)
    expect((await tokens.verify(again, USE)).jti).toBe(jti)
  })

  it('is the same key where its signature can be another, too', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const asymmetric = new TokenIssuer({ keys: [{ id: 'a', privateKey, publicKey }] })
    const one = await asymmetric.issue(USE)
    const [first = '', second = '', own = ''] = one.split('.')
    const pair = base64url.decode(own)
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const s = BigInt(`0x${Buffer.from(pair.slice(32)).toString('hex')}`)
    const mirrored = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
    const other = `${first}.${second}.${base64url.encode(Buffer.concat([pair.slice(0, 32), mirrored]))}`
    expect(other).not.toBe(one)
    const { jti } = await asymmetric.verify(one, USE)
    expect((await asymmetric.verify(other, USE)).jti).toBe(jti)
  })
})
