import { describe, expect, it } from 'vitest'
import { toResponse } from '../../../src/http/response/answer'
import { headerRule } from '../../../src/http/response/kept-headers'
import { replayOf, storedAnswer } from '../../../src/http/response/stored-answer'

const keeps = headerRule(['set-cookie'])
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const stored = (body: Uint8Array | string | undefined, headers: [string, string][] = []) =>
  storedAnswer({ status: 200, headers, body }, keeps, undefined)

/** What a client gets that asks again. */
function again(body: Uint8Array | string, headers: [string, string][] = []): Response {
  const answer = replayOf(stored(body, headers))
  if (answer === undefined) throw new Error('nothing was kept')
  return toResponse(answer)
}

describe('a stored answer', () => {
  it.each([
    '',
    'paid',
    '{"a":"\u00e9"}',
    '\ufeffmarked',
    '\u{1f600}',
    'a\tb\r\n',
    'bell \x07',
    'half \ud83d',
    '\udc00',
  ])('is the same whether a handler gave text or its bytes: %j', async (text) => {
    expect(stored(text)).toEqual(stored(utf8(text)))
    expect(new Uint8Array(await again(text).arrayBuffer())).toEqual(utf8(text))
  })

  it('is text where it can be, and the bytes of any other', () => {
    expect(stored('\u00e9')).toMatchObject({ text: '\u00e9' })
    expect(stored(Uint8Array.of(0xff))).toMatchObject({ base64: '/w==' })
    expect(stored(utf8('after bytes that are no text'))).toMatchObject({
      text: 'after bytes that are no text',
    })
    expect(replayOf(stored(undefined))).toBeUndefined()
  })
})

describe('a replayed answer', () => {
  it('is given no media type that it did not have', () => {
    expect(again('paid').headers.get('Content-Type')).toBeNull()
    expect(again('paid', [['Content-Type', 'text/x-y']]).headers.get('Content-Type')).toBe('text/x-y')
  })

  it('has each header line that was kept', () => {
    const { headers } = again('paid', [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['__proto__', 'x'],
    ])
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(headers.get('__proto__')).toBe('x')
    expect(headers.get('Idempotency-Replayed')).toBe('true')
  })
})
