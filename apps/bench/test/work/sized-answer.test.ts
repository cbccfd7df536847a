import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { sizedAnswer } from '../../src/work/sized-answer'

it.each([100, 1e3, 1e6])('makes an answer of %i bytes, that nothing can make much smaller', (bytes) => {
  const text = JSON.stringify(sizedAnswer(bytes))
  expect(Buffer.byteLength(text)).toBe(bytes)
  expect(gzipSync(text).length).toBeGreaterThan(bytes * 0.7)
})

it('refuses fewer bytes than an answer takes', () => {
  expect(() => sizedAnswer(10)).toThrow('an answer takes 52 bytes at least')
})
