import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mediaType } from '../../../src/http/fingerprint/media-type'

describe('mediaType', () => {
  it.each([
    ['application/json', 'application/json', true],
    ['Application/JSON; charset=UTF-8', 'application/json', true],
    ['application/vnd.api+json;v=2', 'application/vnd.api+json; v=2', true],
    ['text/plain; b=2; a="x; y"', 'text/plain; a=x; y; b=2', false],
    ['application/jsonx', 'application/jsonx', false],
    ['application/json-seq', 'application/json-seq', false],
    ['', '', false],
    [undefined, '', false],
  ])('reads %j', (header, shown, isJson) => {
    expect(mediaType(header)).toMatchObject({ shown, isJson, boundary: undefined })
  })

  it.each(['boundary=a"b', 'Boundary="a b"', 'charset=utf-8; boundary=ab; x=1'])(
    'finds the boundary in %j',
    (given) => {
      const expected = /oundary="?([^";]+"?b?)/.exec(given)?.[1]?.replace(/"$/, '')
      expect(mediaType(`multipart/form-data; ${given}`).boundary).toBe(expected)
    },
  )

  it('knows no boundary of more than the 70 characters that RFC 2046 allows: to look for it takes long', () => {
    const boundary = (length: number) =>
      mediaType(`multipart/form-data; boundary=${'-'.repeat(length)}`).boundary
    expect(boundary(70)).toHaveLength(70)
    expect(boundary(71)).toBeUndefined()
  })

  it('reads a header of any length in no time', () => {
    const before = performance.now()
    for (const part of [
      ';',
      '; ',
      ';a="',
      ';a="\\',
      ';a',
      ';a=',
      ';a="";',
      '"',
      '\\"',
      'a+',
      '/',
      '.',
      ' ',
    ]) {
      for (const start of ['a/b', 'a/b;a="', 'multipart/form-data;boundary="']) {
        mediaType(start + part.repeat(100_000 / part.length))
      }
    }
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('reads whatever there is, and gives the parameters in one order', () => {
    const pair = fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.stringMatching(/^[a-z0-9]{1,3}$/))
    fc.assert(
      fc.property(
        fc.uniqueArray(pair, { selector: ([name]) => name }),
        fc.string({ unit: 'binary' }),
        (pairs, any) => {
          const written = (list: typeof pairs) =>
            `text/plain${list.map((each) => `; ${each.join('=')}`).join('')}`
          expect(mediaType(written(pairs))).toEqual(mediaType(written([...pairs].reverse())))
          for (const header of [any, `multipart/form-data;${any}`]) {
            expect(mediaType(header).boundary?.length ?? 1).toBeGreaterThan(0)
          }
        },
      ),
    )
  })
})
