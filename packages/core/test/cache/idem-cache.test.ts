import { describe, expect, it } from 'vitest'
import { answersAfter, hangs, hangsAfterwards } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'

const cache = { max: 10, maxAge: '1m' } as const

describe('the cache of an Idem', () => {
  it('is off unless asked for', async () => {
    const { idem, store } = scene().process()
    await idem.run('a', () => 1)
    await idem.run('a', () => 2)
    expect(store.calls).toEqual(['claim', 'complete', 'claim'])
  })

  it('replays what this process ran without a call to the store, and says so', async () => {
    const { idem, store, events } = scene().process({ cache })
    await idem.run('a', () => ({ id: 1 }))
    expect(await idem.execute('a', () => ({ id: 2 }))).toEqual({
      value: { id: 1 },
      replayed: true,
      attempt: 1,
    })
    expect(store.calls).toEqual(['claim', 'complete'])
    expect(events.at(-1)).toMatchObject({ type: 'replayed', from: 'cache', attempt: 1, key: 'idem:::a' })
  })

  it('replays what another process ran with one call, and then with none', async () => {
    const { process } = scene()
    await process().idem.run('a', () => 1)
    const { idem, store } = process({ cache })
    for (let call = 0; call < 3; call++) expect(await idem.run('a', () => 2)).toBe(1)
    expect(store.calls).toEqual(['claim'])
  })

  it('replays what a later attempt gave, if it knows what the record is compared by', async () => {
    const { idem, store } = scene().process({ cache })
    const fingerprint = 'payload'
    await idem.run('a', () => Promise.reject(new Error('no')), { fingerprint }).catch(() => {})
    expect(await idem.run('a', () => 2, { fingerprint })).toBe(2)
    expect(await idem.run('a', () => 3, { fingerprint })).toBe(2)
    expect(store.count('claim')).toBe(2)
  })

  it('gives every caller a copy of its own', async () => {
    const { idem } = scene().process({ cache })
    await idem.run('a', () => ({ list: [1] }))
    const one = await idem.run('a', () => ({ list: [2] }))
    one.list.push(9)
    expect(await idem.run('a', () => ({ list: [2] }))).toEqual({ list: [1] })
  })

  it('replays a final failure, and never a retryable one', async () => {
    const { idem, store } = scene().process({ cache, isRetryable: (error) => error !== 'final' })
    await expect(idem.run('a', () => Promise.reject('final'))).rejects.toBe('final')
    await expect(idem.run('a', () => 1)).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    await expect(idem.run('a', () => 1)).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    expect(store.count('claim')).toBe(2)
    await expect(idem.run('b', () => Promise.reject('again'))).rejects.toBe('again')
    expect(await idem.run('b', () => 2)).toBe(2)
  })

  it('replays an omitted value as what it is', async () => {
    const { idem, store } = scene().process({ cache, maxResultBytes: 5 })
    await idem.run('a', () => 'far too long')
    for (let call = 0; call < 2; call++) {
      await expect(idem.run('a', () => 1)).rejects.toMatchObject({ code: 'RESULT_UNAVAILABLE' })
    }
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it('keeps scopes and names apart', async () => {
    const { idem } = scene().process({ cache })
    await idem.run('a', () => 1, { scope: 'one' })
    expect(await idem.run('a', () => 2, { scope: 'two' })).toBe(2)
    expect(await idem.run('a', () => 3, { name: 'one' })).toBe(3)
    expect(await idem.run('a', () => 4, { scope: 'one' })).toBe(1)
  })

  it('refuses another payload, and tells of it', async () => {
    const { idem, store, events } = scene().process({ cache })
    await idem.run('a', () => 1, { fingerprint: 'one' })
    const refused = idem.run('a', () => 2, { fingerprint: 'other' })
    await expect(refused).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
    expect(events.at(-1)).toMatchObject({ type: 'refused', error: { code: 'FINGERPRINT_MISMATCH' } })
    expect(store.calls).toEqual(['claim', 'complete'])
    expect(await idem.run('a', () => 2)).toBe(1)
  })

  it('holds at most max answers', async () => {
    const { idem, store } = scene().process({ cache: { max: 2, maxAge: '1m' } })
    for (const key of ['a', 'b', 'c']) await idem.run(key, () => key)
    store.calls.length = 0
    for (const key of ['c', 'b']) await idem.run(key, () => 'other')
    expect(store.calls).toEqual([])
    expect(await idem.run('a', () => 'other')).toBe('a')
    expect(store.calls).toEqual(['claim'])
  })

  it('asks the store again after maxAge', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ cache })
    await idem.run('a', () => 1)
    await time.advance(59_999)
    await idem.run('a', () => 2)
    expect(store.count('claim')).toBe(1)
    await time.advance(1)
    expect(await idem.run('a', () => 2)).toBe(1)
    expect(store.count('claim')).toBe(2)
  })

  it('keeps nothing past the retention', async () => {
    const { time, process } = scene()
    const { idem } = process({ cache: { max: 10, maxAge: '1h' }, retention: '10s' })
    await idem.run('a', () => 1)
    await time.advance(9_999)
    expect(await idem.run('a', () => 2)).toBe(1)
    await time.advance(1)
    expect(await idem.run('a', () => 2)).toBe(2)
  })

  it('counts the retention from the first of several sendings, of which any may have settled it', async () => {
    const { time, process } = scene()
    const other = process({ retention: '10s' })
    const { idem, store } = process({
      cache: { max: 10, maxAge: '1h' },
      retention: '10s',
      storeTimeout: '2s',
      settleTimeout: '30s',
    })
    store.coming('complete', hangsAfterwards, hangs, hangs)
    const running = idem.run('a', () => 1)
    await time.advance(7_000)
    expect(await running).toBe(1)
    expect(store.count('complete')).toBe(4)
    await time.advance(3_000)
    expect(await other.idem.run('a', () => 2)).toBe(2)
    expect(await idem.run('a', () => 3)).toBe(2)
  })

  it('counts the retention from before it settled, whatever heartbeats there were since', async () => {
    const { time, process } = scene()
    const other = process({ retention: '10s' })
    const settling = gate()
    const { idem, store } = process({
      cache: { max: 10, maxAge: '1h' },
      retention: '10s',
      lease: '15s',
      storeTimeout: '30s',
      settleTimeout: '30s',
    })
    store.coming('complete', answersAfter(settling.promise))
    const running = idem.run('a', () => 1)
    await time.advance(7_000)
    expect(store.count('extend')).toBe(1)
    settling.open()
    expect(await running).toBe(1)
    await time.advance(3_000)
    expect(await other.idem.run('a', () => 2)).toBe(2)
    expect(await idem.run('a', () => 3)).toBe(2)
  })

  it('counts the retention from when the store was asked, however late its answer comes', async () => {
    const { time, process } = scene()
    const other = process()
    const settling = gate()
    const claiming = gate()
    const { idem, store } = process({
      cache: { max: 10, maxAge: '1h' },
      retention: '10s',
      storeTimeout: '30s',
      settleTimeout: '30s',
    })
    store.coming('complete', answersAfter(settling.promise))
    const running = idem.run('a', () => 1)
    await time.advance(6_000)
    settling.open()
    await running
    await time.advance(4_000)
    // The record is gone in the store, and another process has begun anew.
    expect(await other.idem.run('a', () => 2, { retention: '10s' })).toBe(2)
    store.coming('claim', answersAfter(claiming.promise))
    const replaying = idem.run('a', () => 3)
    await time.advance(6_000)
    claiming.open()
    expect(await replaying).toBe(2)
    await time.advance(4_000)
    expect(await other.idem.run('a', () => 4)).toBe(4)
    expect(await idem.run('a', () => 5)).toBe(4)
  })

  it('does not count the time that the handler took', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ cache: { max: 10, maxAge: '1h' }, retention: '10s' })
    const work = gate<number>()
    const running = idem.run('a', () => work.promise)
    await time.advance(15_000)
    work.open(1)
    await running
    store.calls.length = 0
    await time.advance(9_999)
    expect(await idem.run('a', () => 2)).toBe(1)
    expect(store.calls).toEqual([])
  })

  it('sees at once what this process forgets', async () => {
    const { idem } = scene().process({ cache })
    await idem.run('a', () => 1)
    expect(await idem.forget('a')).toBe(true)
    expect(await idem.run('a', () => 2)).toBe(2)
    expect(await idem.run('a', () => 3)).toBe(2)
  })

  it('forgets even when the store does not answer', async () => {
    const { process, time } = scene()
    const { idem, store } = process({ cache })
    await idem.run('a', () => 1)
    store.coming('delete', answersAfter(new Promise(() => {})))
    const forgotten = time.outlast(idem.forget('a'))
    await expect(forgotten).rejects.toMatchObject({ code: 'STORE' })
    expect(await idem.run('a', () => 2)).toBe(2)
  })

  it('sees at once what this process resolves', async () => {
    const { idem } = scene().process({ cache, onAbandoned: 'reject' })
    await expect(idem.run('a', () => Promise.reject('no'))).rejects.toBe('no')
    expect(await idem.resolve('a', 'by hand')).toBe(true)
    expect(await idem.run('a', () => 'again')).toBe('by hand')
  })

  it('is not filled over a forget by a settling that was under way', async () => {
    const { process } = scene()
    const { idem, store } = process({ cache })
    const reply = gate()
    store.coming('complete', answersAfter(reply.promise))
    const running = idem.run('a', () => 1)
    await expect.poll(() => store.count('complete')).toBe(1)
    expect(await idem.forget('a')).toBe(true)
    reply.open()
    expect(await running).toBe(1)
    expect(await idem.run('a', () => 2)).toBe(2)
  })

  it('is not filled over a forget by a claim that was under way', async () => {
    const { process } = scene()
    await process().idem.run('a', () => 1)
    const { idem, store } = process({ cache })
    const reply = gate()
    store.coming('claim', answersAfter(reply.promise))
    const replaying = idem.run('a', () => 2)
    await expect.poll(() => store.count('claim')).toBe(1)
    expect(await idem.forget('a')).toBe(true)
    reply.open()
    expect(await replaying).toBe(1)
    expect(await idem.run('a', () => 3)).toBe(3)
  })

  it('sees what another process forgot after maxAge at the latest', async () => {
    const { time, process } = scene()
    const [one, other] = [process({ cache }), process({ cache })]
    await one.idem.run('a', () => 1)
    expect(await other.idem.forget('a')).toBe(true)
    await time.advance(59_999)
    expect(await one.idem.run('a', () => 2)).toBe(1)
    await time.advance(1)
    expect(await one.idem.run('a', () => 3)).toBe(3)
  })

  it('replays while the store is down', async () => {
    const { idem, store } = scene().process({ cache })
    await idem.run('a', () => 1)
    store.everything(() => Promise.reject(new Error('down')))
    expect(await idem.run('a', () => 2)).toBe(1)
  })
})
