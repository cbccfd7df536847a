import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteHash, hashOf } from '../../../src/http/fingerprint/byte-hash'

function inPieces(bytes: Uint8Array, cuts: readonly number[], boundary?: string): string {
  const hash = new ByteHash(boundary)
  let at = 0
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    hash.add(bytes.subarray(at, cut))
    at = Math.max(at, cut)
  }
  return hash.digest()
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((piece) => {
  const whole = new Uint8Array(piece.length * 700)
  for (let at = 0; at < 700; at++) whole.set(piece, at * piece.length)
  return whole
})
const cuts = fc.array(fc.nat(300_000), { maxLength: 6 })

describe('a hash of bytes', () => {
  it('is the same however they are cut', () => {
    fc.assert(
      fc.property(bytes, cuts, (whole, at) => {
        expect(inPieces(whole, at)).toBe(hashOf(whole))
      }),
      { numRuns: 30 },
    )
  })

  it('is another when a byte changes, is added, or is missing', () => {
    const whole = new Uint8Array(200_000).fill(7)
    const hashes = new Set([hashOf(whole), hashOf(whole.slice(1)), hashOf(new Uint8Array(200_001).fill(7))])
    for (const at of [0, 65_535, 65_536, 131_071, 199_999]) {
      const changed = whole.slice()
      changed[at] = 8
      hashes.add(hashOf(changed))
    }
    expect(hashes.size).toBe(8)
  })

  it('does not see which boundary a form has, wherever it is cut', () => {
    const form = (boundary: string) =>
      Buffer.from(`--${boundary}\r\nname="a"\r\n\r\n${'-'.repeat(50)}b\r\n--${boundary}--\r\n`)
    const all = Array.from({ length: 130 }, (_, cut) => inPieces(form('----one'), [cut], '----one'))
    expect(new Set([...all, hashOf(form('two'), 'two')]).size).toBe(1)
    expect(hashOf(form('two'), 'one')).not.toBe(hashOf(form('two'), 'two'))
  })

  it('takes no byte of a form for a delimiter', () => {
    const hashes = ['--b', '\0', '\x01', '\x01\x01', '\x01\x02', '\x02'].map((text) =>
      inPieces(Buffer.from(`--b${text}--b--`), [4], 'b'),
    )
    expect(new Set(hashes).size).toBe(6)
  })

  it('sees every other byte of a form', () => {
    const all = new Set<string>()
    for (let byte = 0; byte < 256; byte++) all.add(hashOf(Uint8Array.of(45, 45, 98, byte, 13), 'b'))
    expect(all.size).toBe(256)
  })
})
