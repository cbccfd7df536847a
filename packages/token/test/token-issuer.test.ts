import { IdemError } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { InvalidTokenError } from '../src/index'
import { clock, isRefused, issuer, parts, START, USE } from './support/tokens'

describe('a token', () => {
  it('is a compact JWS of who may do what, how long, and which key says so', async () => {
    const { now } = clock()
    const token = await issuer({ now }).issue(USE)
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    const { header, payload } = parts(token)
    expect(header).toEqual({ alg: 'HS256', kid: '1', typ: 'idem+jwt' })
    const iat = Math.floor(START / 1000)
    expect(payload).toEqual({ sub: 'ann', operation: 'payment', iat, exp: iat + 900, jti: payload['jti'] })
    expect(payload['jti']).toMatch(/^[\w-]{22}$/)
  })

  it('says what it was issued for', async () => {
    const tokens = issuer({ now: clock().now, ttl: '1h' })
    const token = await tokens.issue(USE)
    expect(await tokens.verify(token, USE)).toEqual({
      ...USE,
      issuedAt: new Date('2026-01-01T00:00:00Z'),
      expiresAt: new Date('2026-01-01T01:00:00Z'),
      jti: parts(token).payload['jti'],
      kid: '1',
    })
  })

  it('is known by whoever has the same secret', async () => {
    expect((await issuer().verify(await issuer().issue(USE), USE)).subject).toBe('ann')
  })

  it('is never the same twice', async () => {
    const tokens = issuer()
    const issued = await Promise.all(Array.from({ length: 200 }, () => tokens.issue(USE)))
    const ids = await Promise.all(issued.map(async (token) => (await tokens.verify(token, USE)).jti))
    expect(new Set(ids).size).toBe(200)
  })

  it('may be for any subject and operation of 255 characters', async () => {
    const use = { subject: '\u{1f600}é"\\\n'.padEnd(255, '\u4e2d'), operation: '\0'.repeat(255) }
    const tokens = issuer()
    expect(await tokens.verify(await tokens.issue(use), use)).toMatchObject(use)
  })

  it('tells apart subjects that UTF-8 would not', async () => {
    const tokens = issuer()
    const token = await tokens.issue({ ...USE, subject: '\ud800' })
    await isRefused(tokens.verify(token, { ...USE, subject: '\ud801' }), 'other-subject')
  })

  it('is good from the second in which it was issued to its last, and as much longer as clocks may differ', async () => {
    const time = clock()
    const tokens = issuer({ now: time.now, ttl: '10s', clockTolerance: '2s' })
    const token = await tokens.issue(USE)
    const midnight = START - 500
    const at = (ms: number) => {
      time.ms = midnight + ms
      return tokens.verify(token, USE)
    }
    await isRefused(at(-2001), 'premature')
    await expect(at(-2000)).resolves.toMatchObject(USE)
    await expect(at(11_999)).resolves.toMatchObject(USE)
    await isRefused(at(12_000), 'expired')
    await isRefused(at(1e15), 'expired')
  })

  it('allows for clocks that are five seconds apart, unless told otherwise', async () => {
    const time = clock()
    const token = await issuer({ now: time.now }).issue(USE)
    time.ms = START - 500 - 5000
    await expect(issuer({ now: time.now }).verify(token, USE)).resolves.toBeDefined()
    await isRefused(issuer({ now: time.now, clockTolerance: 0 }).verify(token, USE), 'premature')
    time.ms -= 1
    await isRefused(issuer({ now: time.now }).verify(token, USE), 'premature')
  })

  it('may be good for another time than others', async () => {
    const time = clock()
    const tokens = issuer({ now: time.now, ttl: '1s', clockTolerance: 0 })
    const [usual, longer] = [await tokens.issue(USE), await tokens.issue({ ...USE, ttl: '1m' })]
    time.ms += 2000
    await isRefused(tokens.verify(usual, USE), 'expired')
    await expect(tokens.verify(longer, USE)).resolves.toBeDefined()
  })

  it('is good for no shorter a time than was asked', async () => {
    const { now } = clock()
    const { payload } = parts(await issuer({ now }).issue({ ...USE, ttl: 1001 }))
    expect(Number(payload['exp']) - Number(payload['iat'])).toBe(2)
  })

  it('is for nobody else, and for nothing else', async () => {
    const tokens = issuer()
    const token = await tokens.issue(USE)
    for (const subject of ['bob', 'Ann', 'ann ', 'an', 'anna']) {
      await isRefused(tokens.verify(token, { ...USE, subject }), 'other-subject', token, 'ann')
    }
    await isRefused(
      tokens.verify(token, { ...USE, operation: 'refund' }),
      'other-operation',
      token,
      'payment',
    )
    await isRefused(tokens.verify(token, { subject: 'payment', operation: 'ann' }), 'other-subject')
  })

  it('that is expired says so before it says whose it is', async () => {
    const time = clock()
    const tokens = issuer({ now: time.now })
    const token = await tokens.issue(USE)
    time.ms += 3_600_000
    await isRefused(tokens.verify(token, { subject: 'bob', operation: 'refund' }), 'expired')
  })
})

describe('an InvalidTokenError', () => {
  it('is an IdemError with a stable code', () => {
    const error = new InvalidTokenError('expired')
    expect(error).toBeInstanceOf(IdemError)
    expect([error.name, error.code, error.reason]).toEqual(['InvalidTokenError', 'INVALID_TOKEN', 'expired'])
  })
})

describe('a call with wrong arguments', () => {
  it.each(['', 'x'.repeat(256), undefined, 7])('names what must be a text: %s', async (text) => {
    const tokens = issuer()
    const token = await tokens.issue(USE)
    for (const option of ['subject', 'operation']) {
      const use = { ...USE, [option]: text as string }
      await expect(tokens.issue(use)).rejects.toThrow(new RegExp(`^${option} must be a text`))
      await expect(tokens.verify(token, use)).rejects.toThrow(new RegExp(`^${option} must be a text`))
    }
  })

  it.each([0, 999, '0s', 'soon', Number.NaN, Number.POSITIVE_INFINITY, 9e15])(
    'refuses a ttl of %s',
    async (ttl) => {
      await expect(issuer().issue({ ...USE, ttl: ttl as number })).rejects.toThrow(/^ttl must be/)
    },
  )

  it('refuses options that there are not', async () => {
    await expect(issuer().issue({ ...USE, tll: '1h' } as never)).rejects.toThrow(/^tll is no option here/)
    await expect(issuer().verify('', { ...USE, scope: 'a' } as never)).rejects.toThrow(/^scope is no option/)
  })
})
