import { expect, it } from 'vitest'
import { keySource } from '../../src/work/key-source'

it('gives keys of 36 characters with its mark, none of them twice', () => {
  const keys = keySource()
  const given = Array.from({ length: 1000 }, () => keys.next())
  expect(new Set(given).size).toBe(1000)
  for (const key of given) {
    expect(key).toHaveLength(36)
    expect(key).toContain(keys.mark)
  }
  expect(keySource().mark).not.toBe(keys.mark)
})

it('gives the same keys wherever it counts from the same number on', () => {
  const one = keySource('mark', 1e13)
  const other = keySource('mark', 1e13)
  expect([one.next(), one.next()]).toEqual([other.next(), other.next()])
  expect(one.next()).toBe(`mark-${'10000000000002'.padStart(31, '0')}`)
})
