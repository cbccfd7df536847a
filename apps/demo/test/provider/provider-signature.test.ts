import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { signatureFault, signCallback } from '../../src/provider/provider-signature'

const SECRET = 'what the provider and the shop know'
const BODY = '{"trade_no":"T1","amount":"12.50","note":"ä"}'
const NOW = new Date('2026-01-31T09:30:00Z')
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const fault = (header: string | undefined, body = BODY, now = NOW) =>
  signatureFault(SECRET, header, bytes(body), now)
const signed = signCallback(SECRET, BODY, NOW)
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000)

test('what the provider has signed is the provider’s', () => {
  expect(signed).toMatch(/^t=1769851800,v1=[0-9a-f]{64}$/)
  expect(fault(signed)).toBeUndefined()
  expect(fault(signCallback(SECRET, bytes(BODY), NOW))).toBeUndefined()
})

const withoutOpenssl = spawnSync('openssl', ['version']).error !== undefined && !process.env['CI']

test.skipIf(withoutOpenssl)('openssl signs likewise', () => {
  const { stdout } = spawnSync('openssl', ['dgst', '-sha256', '-hmac', SECRET], {
    input: `1769851800.${BODY}`,
  })
  const [, hex] = /= ([0-9a-f]+)\n$/.exec(String(stdout)) ?? []
  expect(signed).toBe(`t=1769851800,v1=${hex}`)
})

describe('refused is', () => {
  test.each([
    ['a body that was changed', fault(signed, BODY.replace('12.50', '12.51'))],
    ['a body with another byte at its end', fault(signed, `${BODY}\n`)],
    ['another time than was signed', fault(signed.replace('t=1769851800', 't=1769851801'))],
    ['the signature of another secret', fault(signCallback('another secret of them', BODY, NOW))],
    ['a signature of nothing but zeros', fault(`t=1769851800,v1=${'0'.repeat(64)}`)],
  ])('%s', (_, found) => {
    expect(found).toBe('Provider-Signature is not the signature of this body')
  })

  test.each([
    '',
    'v1=',
    signed.toUpperCase(),
    signed.slice(0, -2),
    `${signed}00`,
    `${signed},v0=1`,
    `t=-1${signed}`,
  ])('what is no signature: %j', (header) => {
    expect(fault(header)).toContain('Provider-Signature must be t=')
  })

  test('a callback without one', () => {
    expect(fault(undefined)).toBe('Provider-Signature is missing')
  })

  test('one that is older than five minutes', () => {
    expect(fault(signed, BODY, later(300))).toBeUndefined()
    expect(fault(signed, BODY, later(301))).toContain('too long ago')
  })

  test('one that is more than five minutes ahead', () => {
    expect(fault(signed, BODY, later(-300))).toBeUndefined()
    expect(fault(signed, BODY, later(-301))).toContain('in the future')
  })

  test('an old one of another secret, in words that tell it from no other forgery', () => {
    const forged = signCallback('another secret of them', BODY, later(-9999))
    expect(fault(forged)).toBe('Provider-Signature is not the signature of this body')
  })
})
