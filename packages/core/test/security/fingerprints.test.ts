import { expect, it } from 'vitest'
import { fingerprint } from '../../src/codec/fingerprint'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'

const store = new MemoryStore()
const idem = new Idem({ store })
const stored = async (key: string) => (await store.get(`idem:::${key}`))?.fingerprint

/** What whoever reads the store can do about a payload of which there are few: try them all. */
const guess = (hash: string | undefined): number | undefined =>
  Array.from({ length: 10_000 }, (_, pin) => pin).find((pin) => fingerprint({ pin }) === hash)

it('tells equal payloads from others, and a payload of which there are few', async () => {
  await idem.run('a', () => 1, { fingerprint: { pin: 4711 } })
  await idem.run('b', () => 1, { fingerprint: { pin: 4711 } })
  expect(await stored('a')).toBe(await stored('b'))
  expect(guess(await stored('a'))).toBe(4711)
})

it('tells neither where a secret and the key are a part of the payload, and still refuses another one', async () => {
  const pepper = crypto.randomUUID()
  const pay = (key: string, pin: number) => idem.run(key, () => 1, { fingerprint: { pepper, key, pin } })
  await pay('c', 4711)
  await pay('d', 4711)
  expect(await pay('c', 4711)).toBe(1)
  await expect(pay('c', 4712)).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
  expect(await stored('c')).not.toBe(await stored('d'))
  expect(guess(await stored('c'))).toBeUndefined()
})
