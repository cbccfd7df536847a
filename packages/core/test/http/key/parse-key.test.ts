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

  it('reads a header of any length in no time', () => {
    const before = performance.now()
    parseKey(`"a"${';a="\\"'.repeat(20_000)}`, false)
    parseKey(`"${'\\\\'.repeat(50_000)}`, false)
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})
