import { StoreError } from '@idem/core'
import { expect, it } from 'vitest'
import { readClaims } from '../src/claim-outcome'

const claim = (key: string) => ({
  key,
  owner: 'o',
  leaseMs: 1000,
  retentionMs: 1000,
  tombstoneMs: 0,
  maxAttempts: 1,
})
const SEPARATOR = '\u0001'

it('an answer for a key that was not claimed is refused, and not looked for without end', () => {
  const answers = (...keys: string[]) =>
    ['answers', ...keys.flatMap((key) => [key, 'succeeded', '1000', '1', '', 'value'])].join(SEPARATOR)
  const claims = [claim('a'), claim('b')] as unknown as Parameters<typeof readClaims>[1]
  expect(readClaims([answers('b', 'a')], claims).map(({ type }) => type)).toEqual(['settled', 'settled'])
  expect(() => readClaims([answers('a', 'B')], claims)).toThrow(StoreError)
  expect(() => readClaims([answers('a', 'B')], claims)).toThrow(
    'answered for the key "B", which was not claimed',
  )
})
