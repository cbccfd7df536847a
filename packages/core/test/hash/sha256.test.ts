import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 as node } from '../../src/hash/sha256.node'
import { sha256 as web } from '../../src/hash/sha256.web'

const reference = (text: string): string => createHash('sha256').update(text, 'utf8').digest('base64url')
const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

describe.each([
  ['web', web],
  ['node', node],
])('the sha256 of %s', (_, sha256) => {
  it.each<[message: string, text: string, hex: string]>([
    ['abc', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      'the 448 bits',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    [
      'the 896 bits',
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
    ],
    [
      'a million a',
      'a'.repeat(1_000_000),
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    ],
  ])('gives what FIPS 180 says for %s', (_message, text, hex) => {
    expect(sha256(text)).toBe(fromHex(hex))
  })

  it('is that of node:crypto for every length around the borders of blocks', () => {
    for (let length = 0; length <= 200; length++) {
      for (const char of ['a', 'é', '\u20ac', '\u{1f600}']) {
        const text = char.repeat(length)
        expect(sha256(text)).toBe(reference(text))
      }
    }
  })

  it('is that of node:crypto for any text, lone surrogates as UTF-8 has them', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(text, (any) => {
        expect(sha256(any)).toBe(reference(any))
      }),
      { numRuns: 500 },
    )
    expect(sha256('a\ud800b')).toBe(reference('a\ud800b'))
  })

  it('gives the same on every call', () => {
    expect(
      [sha256('abc'), sha256('other'), sha256('abc')].filter((hash) => hash === sha256('abc')),
    ).toHaveLength(2)
  })
})
