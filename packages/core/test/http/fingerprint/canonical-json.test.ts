import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalForm, canonicalJson } from '../../../src/http/fingerprint/canonical-json'

/** The value written another way: properties in another order, blanks, escapes. */
function rewritten(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(rewritten).join(' ,\n')} ]`
  if (typeof value === 'string') {
    const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at))
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, child]) => `${rewritten(name)}\t:${rewritten(child)}`)
  return `{ ${members.reverse().join(', ')} }`
}

describe('canonicalJson', () => {
  it('is the text of RFC 8785, section 3.2', () => {
    const text = `{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`
    // Its first number has more digits than a double holds: it stays as it was written.
    expect(canonicalJson(text)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.33333329,1e+30,4.5,0.002,1e-27],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts properties by their UTF-16 units, as RFC 8785 has it', () => {
    const text = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}'
    expect(canonicalJson(text)).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    )
  })

  it('is one for all texts of a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const form = canonicalJson(JSON.stringify(value))
        expect(canonicalJson(rewritten(value))).toBe(form)
        expect(canonicalForm(JSON.parse(JSON.stringify(value)))).toBe(
          canonicalForm(JSON.parse(rewritten(value))),
        )
      }),
    )
  })

  it('is another for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const equal =
          JSON.stringify(JSON.parse(canonicalJson(JSON.stringify(one)) as string)) ===
          JSON.stringify(JSON.parse(canonicalJson(JSON.stringify(other)) as string))
        expect(canonicalJson(JSON.stringify(one)) === canonicalJson(JSON.stringify(other))).toBe(equal)
      }),
    )
  })

  it.each([
    ['{"n":9007199254740993}', '{"n":9007199254740992}'],
    ['{"n":0.1000000000000000055}', '{"n":0.1}'],
    ['{"n":1e400}', '{"n":null}'],
    ['{"n":1e400}', '{"n":1e401}'],
    ['{"n":1e-400}', '{"n":0}'],
    ['{"n":12345678901234567890}', '{"n":"12345678901234567890"}'],
  ])('tells %s from %s, which are one to a double or a careless eye', (one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other))
  })

  it.each([
    ['[1.0, 1e2, -0, 0.50]', '[1,100,0,0.5]'],
    ['{"card":"4111111111111111","n":10}', '{"n":1e1,"card":"4111111111111111"}'],
    ['{"a":9007199254740993,"b":1.0}', '{"b":1,"a":9007199254740993}'],
  ])('takes %s and %s for one', (one, other) => {
    expect(canonicalJson(one)).toBe(canonicalJson(other))
  })

  it.each(['', '{', '[1 2]', '1e5x', '1234567890123456 1', '01', 'NaN', '{"a":1234567890123456x}'])(
    'has no form for %j, which is no JSON',
    (text) => {
      expect(canonicalJson(text)).toBeUndefined()
    },
  )

  it.each([
    ['lists', (levels: number) => '['.repeat(levels) + ']'.repeat(levels)],
    ['objects', (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`],
  ])(
    'has a form for 500 levels of %s and for no more, warm or cold, with little of the stack left',
    (_, nested) => {
      const within = (frames: number): void => {
        if (frames > 0) within(frames - 1)
        else {
          expect(canonicalJson(nested(500))).toBe(nested(500))
          for (const levels of [501, 2000, 10_000, 200_000])
            expect(canonicalJson(nested(levels))).toBeUndefined()
        }
      }
      within(2000)
      for (let i = 0; i < 20_000; i++) canonicalJson('{"b":[{"a":1}],"c":[[2]]}')
      within(0)
    },
  )

  it.each([
    ['a number with zeros in its midst', `[1${'0'.repeat(300_000)}1]`],
    ['a fraction with zeros in its midst', `[0.1${'0'.repeat(300_000)}1]`],
    ['as many numbers', `[${'1e1,'.repeat(80_000)}1]`],
    ['quotes and backslashes', `["${'\\\\\\"'.repeat(60_000)}",1e400]`],
    ['a text', `["${'a'.repeat(300_000)}",1e400]`],
  ])('takes no more than its length for %s', (_, text) => {
    const before = performance.now()
    expect(canonicalJson(text)).toBeDefined()
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  it('has a form for a text of many megabytes beside a number that no double holds', () => {
    const text = 'a'.repeat(2 ** 24)
    expect(canonicalJson(`[ "${text}" , 1e400 ]`)).toBe(`["${text}",1e400]`)
  })

  it('is not led astray by a property called __proto__', () => {
    expect(canonicalJson('{"__proto__":{"a":1}}')).toBe('{"__proto__":{"a":1}}')
  })

  it('has a form for what parsers make of a text', () => {
    const value = {
      at: new Date(0),
      n: 10n,
      none: undefined,
      bytes: new Uint8Array([1]),
      bare: Object.create(null),
    }
    expect(canonicalForm(value)).toBe('{"at":"1970-01-01T00:00:00.000Z","bare":{},"bytes":{"0":1},"n":10}')
  })

  it.each([new Map([['a', 1]]), new Set([1]), new URLSearchParams('a=1')])(
    'has no form for %s, which does not show what it holds',
    (value) => {
      expect(() => canonicalForm({ value })).toThrow('it cannot be compared')
    },
  )
})
