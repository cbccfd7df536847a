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
})
