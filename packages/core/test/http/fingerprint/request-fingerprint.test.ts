import { describe, expect, it } from 'vitest'
import { requestFingerprint } from '../../../src/http/fingerprint/request-fingerprint'

const fingerprint = (bytes: Uint8Array, type = 'application/json') =>
  requestFingerprint(
    {
      source: undefined,
      method: 'POST',
      target: '/',
      header: (name) => (name === 'content-type' ? type : undefined),
      body: () => Promise.reject(new Error('it was read already')),
    },
    { bytes },
  )
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('the fingerprint of a request', () => {
  it('does not depend on what was asked before, be it no text at all', () => {
    const before = fingerprint(utf8('{"a":"\u00e9"}'))
    expect(fingerprint(Uint8Array.of(0x7b, 0xc3))).not.toEqual(before)
    expect(fingerprint(utf8('{"a":"\u00e9"}'))).toEqual(before)
    expect(fingerprint(utf8('\ufeff{ "a": "\u00e9" }'))).toEqual(before)
  })

  it('does not depend on the media type of another request', () => {
    const bytes = utf8('{"b":1,"a":2}')
    const json = fingerprint(bytes)
    expect(fingerprint(bytes, 'text/plain')).not.toEqual(json)
    expect(fingerprint(bytes)).toEqual(json)
  })
})
