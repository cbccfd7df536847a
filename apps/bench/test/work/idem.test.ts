import { MemoryStore } from '@idem/core'
import { expect, it } from 'vitest'
import { answering } from '../../src/work/answer'
import { idem } from '../../src/work/idem'

/** Stores in memory, none of which knows of the others. */
function stores() {
  const opened: MemoryStore[] = []
  const openStore = async () => {
    const store = new MemoryStore()
    opened.push(store)
    return { store, close: async () => {} }
  }
  return { opened, openStore }
}

it.each([
  [false, undefined],
  [true, expect.any(String)],
])('keeps a fingerprint of the payload if it is to: %s', async (fingerprint, kept) => {
  const { opened, openStore } = stores()
  const { call } = await idem({ name: 'idem', openStore, fingerprint }).open()
  await call('key', answering)
  expect((await opened[0]?.get('idem:::key'))?.fingerprint).toEqual(kept)
})

it('answers from its cache without the store if it has one', async () => {
  const { opened, openStore } = stores()
  const { call } = await idem({ name: 'idem', openStore, cache: { max: 10, maxAge: '1h' } }).open()
  await call('key', answering)
  await opened[0]?.delete('idem:::key')
  let runs = 0
  await call('key', () => {
    runs++
    return answering()
  })
  expect(runs).toBe(0)
})

it('deals calls out among instances, each with a store of its own', async () => {
  const { opened, openStore } = stores()
  const { call } = await idem({ name: 'idem', openStore, instances: 3 }).open()
  for (let calls = 0; calls < 6; calls++) await call('key', answering)
  expect(opened).toHaveLength(3)
  for (const store of opened) expect((await store.get('idem:::key'))?.state).toBe('succeeded')
})
