import { describe, expect, it } from 'vitest'
import { gate } from '../support/gate'
import { scene } from '../support/scene'

describe('fingerprints', () => {
  it('refuse the same key with another payload, and leave the record as it was', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', () => 1, { fingerprint: { amount: 1 } })
    const before = await idem.inspect('a')
    await expect(idem.run('a', () => 2, { fingerprint: { amount: 2 } })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    expect(await idem.inspect('a')).toEqual(before)
    expect(await idem.run('a', () => 2, { fingerprint: { amount: 1 } })).toBe(1)
  })

  it('do not depend on the order of properties', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', () => 1, { fingerprint: { x: 1, y: [{ a: 1, b: 2 }] } })
    expect(await idem.run('a', () => 2, { fingerprint: { y: [{ b: 2, a: 1 }], x: 1 } })).toBe(1)
  })

  it('are not compared by a call that has none, nor with a record that has none', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', () => 1, { fingerprint: 1 })
    expect(await idem.run('a', () => 2)).toBe(1)
    await idem.run('b', () => 1)
    expect(await idem.run('b', () => 2, { fingerprint: 1 })).toBe(1)
  })

  it('are refused while an attempt runs, before anything is said about its progress', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const elsewhere = process({ onInProgress: 'reject' })
    const answer = gate<number>()
    const running = idem.run('a', () => answer.promise, { fingerprint: 1 })
    const mismatch = { code: 'FINGERPRINT_MISMATCH' }
    await expect(idem.run('a', () => 2, { fingerprint: 2 })).rejects.toMatchObject(mismatch)
    await expect(elsewhere.idem.run('a', () => 2, { fingerprint: 2 })).rejects.toMatchObject(mismatch)
    answer.open(1)
    expect(await running).toBe(1)
    expect(store.calls).toEqual(['claim', 'claim', 'complete'])
  })

  it('are refused from the local cache too', async () => {
    const { process } = scene()
    const { idem, store } = process({ cache: { max: 1, maxAge: '1m' } })
    await idem.run('a', () => 1, { fingerprint: 1 })
    await expect(idem.run('a', () => 2, { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    expect(store.count('claim')).toBe(1)
  })

  it('are taken before the handler runs: one that changes its input changes nothing', async () => {
    const { process } = scene()
    const { idem } = process()
    const order = { amount: 10 }
    const handler = () => {
      order.amount = 0
      return 'paid'
    }
    await idem.run('a', handler, { fingerprint: order })
    expect(await idem.run('a', handler, { fingerprint: { amount: 10 } })).toBe('paid')
    await expect(idem.run('a', handler, { fingerprint: order })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
  })

  it('are taken when the call is made: what changes before the store answers changes nothing', async () => {
    const { process } = scene()
    const { idem } = process()
    const order = { amount: 10 }
    const call = idem.run('a', () => 'paid', { fingerprint: order })
    order.amount = 0
    await call
    expect(await idem.run('a', () => 'no', { fingerprint: { amount: 10 } })).toBe('paid')
  })

  it('that cannot be taken are a CodecError before anything has happened', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await expect(idem.run('a', () => 1, { fingerprint: () => {} })).rejects.toMatchObject({ code: 'CODEC' })
    expect(store.calls).toEqual([])
  })

  it('stay those of the first attempt', async () => {
    const { process } = scene()
    const { idem } = process({ cache: { max: 9, maxAge: '1m' } })
    await idem.run('a', () => Promise.reject(new Error('no')), { fingerprint: 1 }).catch(() => {})
    await expect(idem.run('a', () => 1, { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    // The second attempt knows no fingerprint, but the record keeps one, and the cache must not lose it.
    expect(await idem.run('a', () => 1)).toBe(1)
    await expect(idem.run('a', () => 1, { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
  })
})
