import { describe, expect, it } from 'vitest'
import { headerRule, keptHeaders } from '../../../src/http/response/kept-headers'

const given = [
  ['Content-Type', 'text/plain'],
  ['Set-Cookie', 'a=1'],
  ['Set-Cookie', 'b=2'],
  ['Connection', 'close, X-Hop'],
  ['X-Hop', '1'],
  ['X-RateLimit-Limit', '10'],
  ['Authorization', 'Bearer x'],
  ['Content-Length', '3'],
] as const

describe('the headers of an answer that are kept', () => {
  it('are those of the answer itself, their names in lower case', () => {
    expect(keptHeaders(given, headerRule([]))).toEqual([['content-type', 'text/plain']])
  })

  it('are also those that are asked for, each line of them', () => {
    expect(keptHeaders(given, headerRule(['Set-Cookie', 'x-ratelimit-limit']))).toEqual([
      ['content-type', 'text/plain'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-ratelimit-limit', '10'],
    ])
  })

  it('are never credentials, nor what belongs to the connection, whoever asks', () => {
    const rule = headerRule(['authorization', 'connection', 'x-hop', 'content-length', 'transfer-encoding'])
    expect(keptHeaders(given, rule)).toEqual([['content-type', 'text/plain']])
  })
})
