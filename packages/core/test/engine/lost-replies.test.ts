import { describe, expect, it } from 'vitest'
import {
  answersAfter,
  arrivesAfter,
  hangs,
  hangsAfterwards,
  losesReply,
  rejects,
} from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

describe('a lost reply', () => {
  it('to a claim is harmless: sent again, it is the same attempt', async () => {
    for (const fate of [losesReply, hangsAfterwards]) {
      const { time, process } = scene()
      const { idem, store } = process()
      store.coming('claim', fate, fate)
      const call = idem.execute('a', ({ attempt, takeover }) => [attempt, takeover])
      expect(await time.outlast(call)).toEqual({ value: [1, false], replayed: false, attempt: 1 })
      expect(store.calls).toEqual(['claim', 'claim', 'claim', 'complete'])
    }
  })

  it('that comes after all, when the call was sent again, is not heard', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ storeTimeout: '1s' })
    const late = gate()
    store.coming('claim', answersAfter(late.promise), hangs)
    const call = watched(idem.run('a', () => 1))
    await time.advance(1_500)
    late.open()
    await time.settle()
    expect([call.state, store.count('claim')]).toEqual(['pending', 2])
    expect(await time.outlast(call.promise)).toBe(1)
    expect(store.count('claim')).toBe(3)
  })

  it('to a claim that takes over is harmless: it still takes over', async () => {
    const { time, process } = scene()
    const crashing = process()
    watched(crashing.idem.run('a', () => new Promise(() => {})))
    await time.settle()
    crashing.store.everything(() => new Promise(() => {}))
    await time.advance(30_000)
    const { idem, store } = process()
    store.coming('claim', losesReply)
    const call = idem.run('a', ({ attempt, takeover }) => [attempt, takeover])
    expect(await time.outlast(call)).toEqual([2, true])
  })

  it('to a completion is harmless', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('complete', losesReply, losesReply)
    expect(await time.outlast(idem.execute('a', () => 'paid'))).toEqual({
      value: 'paid',
      replayed: false,
      attempt: 1,
    })
    expect(store.calls).toEqual(['claim', 'complete', 'complete', 'complete'])
  })

  it('to a report of failure is harmless', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('fail', losesReply)
    await expect(time.outlast(idem.run('a', () => Promise.reject(new Error('no'))))).rejects.toThrow('no')
    expect(await idem.inspect('a')).toMatchObject({ state: 'failed', attempt: 1 })
  })

  it('to a completion, while somebody asks for the answer, is harmless to both', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('complete', losesReply)
    const call = watched(idem.run('a', () => 'paid'))
    await time.settle()
    expect(await process().idem.run('a', () => 'no')).toBe('paid')
    await time.advance(20)
    expect(call.value).toBe('paid')
  })

  it('to every sending of a claim is a StoreError, and what it may have acquired is given back', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('claim', losesReply, losesReply, losesReply)
    let runs = 0
    const call = watched(idem.run('a', () => ++runs))
    await time.advance(60)
    expect(call.error).toMatchObject({ code: 'STORE', cause: { message: 'connection reset' } })
    expect(store.calls).toEqual(['claim', 'claim', 'claim', 'release'])
    expect(await idem.inspect('a')).toBeUndefined()
    expect(await process().idem.run('a', () => 'next')).toBe('next')
    expect(runs).toBe(0)
  })

  it('to every sending of a claim spends no attempt, and leaves nothing abandoned', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ onAbandoned: 'reject', maxAttempts: 1 })
    store.coming('claim', losesReply, losesReply, losesReply)
    await expect(time.outlast(idem.run('a', () => 1))).rejects.toMatchObject({ code: 'STORE' })
    await time.settle()
    expect(await idem.run('a', () => 'next')).toBe('next')
  })

  it('to every sending of a claim touches nobody else’s record when it is given back', async () => {
    const { time, process } = scene()
    const answer = gate<string>()
    const running = watched(process().idem.run('a', () => answer.promise))
    await time.settle()
    const { idem, store } = process()
    store.coming('claim', losesReply, losesReply, losesReply)
    await expect(time.outlast(idem.run('a', () => 'no'))).rejects.toMatchObject({ code: 'STORE' })
    expect(store.count('release')).toBe(1)
    answer.open('paid')
    expect(await running.promise).toBe('paid')
  })

  it('of a claim that arrives when its resent copy has long been settled changes nothing', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const late = gate()
    store.coming('claim', arrivesAfter(late.promise))
    expect(await time.outlast(idem.run('a', () => 'paid'))).toBe('paid')
    late.open()
    await time.settle()
    expect(await idem.run('a', () => 'no')).toBe('paid')
  })

  it('that comes late after all disturbs nobody', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process()
    const late = gate()
    store.coming('claim', answersAfter(late.promise))
    expect(await time.outlast(idem.run('a', () => 'paid'))).toBe('paid')
    late.open()
    await time.settle()
    expect(told()).toEqual(['store-failed', 'started', 'succeeded'])
  })

  it('that comes late as an error is told once: as the reply that did not come', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process()
    const late = gate()
    store.coming('claim', () => late.promise)
    expect(await time.outlast(idem.run('a', () => 'paid'))).toBe('paid')
    late.fail(new Error('connection reset'))
    await time.settle()
    expect(told()).toEqual(['store-failed', 'started', 'succeeded'])
  })

  it('is waited for between sendings: 20 ms, then 40', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.always('claim', rejects)
    const call = watched(idem.run('a', () => 1))
    const sent: number[] = []
    for (let ms = 0; ms <= 60; ms++) {
      sent.push(store.count('claim'))
      await time.advance(1)
    }
    expect([sent[0], sent[19], sent[20], sent[59], sent[60]]).toEqual([1, 1, 2, 2, 3])
    expect(call.state).toBe('rejected')
  })
})
