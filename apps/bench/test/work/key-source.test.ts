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
