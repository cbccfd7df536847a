import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatKey, parseKey } from '../../../src/http/key/parse-key'

describe('parseKey', () => {
  it.each([
    ['"abc"', 'abc'],
    ['abc', 'abc'],
    ['"a b, c"', 'a b, c'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"abc";v=1; w="x;y" ', undefined],
    ['"abc";v=1; w="x;y"', 'abc'],
    ['"abc";v=-1.5;t=a/b;y=:aGk=:;b=?0;n', 'abc'],
    ['"abc" ;v', undefined],
    ['"abc";', undefined],
    ['"abc";V=1', undefined],
    ['"abc";v=', undefined],
    ['"abc"x', undefined],
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ["it's;a=b", "it's;a=b"],
    ['', undefined],
    ['""', undefined],
    ['"', undefined],
    ['a"b', undefined],
    ['a,b', undefined],
    ['a b', undefined],
    ['"a", "b"', undefined],
    ['"\\a"', undefined],
    ['"caf\u00e9"', undefined],
    ['caf\u00e9', undefined],
    ['"a\tb"', undefined],
  ])('reads %j as %j', (header, key) => {
    expect(parseKey(header, false)).toBe(key)
  })

  it('takes 1 to 255 characters, counted without quotes and escapes', () => {
    expect(parseKey('k'.repeat(255), false)).toHaveLength(255)
    expect(parseKey('k'.repeat(256), false)).toBeUndefined()
    expect(parseKey(`"${'\\"'.repeat(255)}"`, true)).toHaveLength(255)
    expect(parseKey(`"${'k'.repeat(256)}"`, true)).toBeUndefined()
  })

  it('takes nothing but strings where it is strict', () => {
    expect(parseKey('abc', true)).toBeUndefined()
    expect(parseKey('"abc"', true)).toBe('abc')
  })

  it('reads what formatKey writes', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    })
    fc.assert(
      fc.property(printable, (key) => {
        expect(parseKey(formatKey(key), true)).toBe(key === '' || key.length > 255 ? undefined : key)
      }),
    )
  })

  it('gives of any header a key that a record may have, or none', () => {
    const pieces = fc.array(
      fc.constantFrom('"', '\\', ';', 'a', '=', ' ', ':', '?', '1', '.', '-', '\u00e9', '\n'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((all) => all.join('')),
        ),
        (header) => {
          for (const text of [header, `"${header}"`, `"a";${header}`]) {
            const key = parseKey(text, false)
            if (key !== undefined) expect(key).toMatch(/^[ -~]{1,255}$/)
            const strict = parseKey(text, true)
            if (strict !== undefined) expect(strict).toBe(key)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('reads a header of any length in no time', () => {
    const before = performance.now()
    for (const part of [
      '\\\\',
      '\\"',
      '"',
      ';',
      '; ',
      ';a',
      ';a=',
      ';a=1',
      ';a="',
      ';a="\\"',
      ';a=:',
      ';a=b',
      '1',
      '-',
      '.',
    ]) {
      for (const start of ['', '"', '"a"', '"a";', '"a";a="', '"a";a=']) {
        parseKey(start + part.repeat(100_000 / part.length), false)
        parseKey(`${start + part.repeat(100_000 / part.length)}\0`, true)
      }
    }
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})
