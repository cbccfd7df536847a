import { describe, expect, it } from 'vitest'
import { UnsettledError } from '../../src/errors'
import type { AttemptOptions } from '../../src/options/options'
import { hangs, losesReply, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** A handler has begun, and the store is lost before it ends. */
async function begun(fate: typeof hangs, options: AttemptOptions = {}) {
  const { time, process } = scene()
  const { idem, store, told } = process(options)
  const answer = gate<unknown>()
  const call = watched(idem.run('a', () => answer.promise))
  await time.settle()
  const joined = watched(idem.run('a', () => 'no'))
  store.everything(fate)
  return { time, process, idem, store, told, answer, call, joined }
}

describe('work that is done and cannot be settled', () => {
  it('is an UnsettledError with its value, for every caller', async () => {
    const { time, answer, call, joined } = await begun(rejects)
    const value = { paid: 10n }
    answer.open(value)
    await time.advance(5_000)
    for (const { error } of [call, joined]) {
      expect(error).toBeInstanceOf(UnsettledError)
      expect(error).toMatchObject({ code: 'UNSETTLED', value: { paid: 10n }, cause: { code: 'STORE' } })
    }
    expect((joined.error as UnsettledError).value).not.toBe(value)
  })

  it('is tried for settleTimeout, with growing pauses, and no longer', async () => {
    const { time, answer, call, store, told } = await begun(rejects)
    answer.open(1)
    await time.advance(4_000)
    expect(call.state).toBe('pending')
    const tried = store.count('complete')
    expect(tried).toBeGreaterThan(10)
    expect(tried).toBeLessThan(20)
    await time.advance(1_000)
    expect(call.state).toBe('rejected')
    const last = store.count('complete')
    await time.advance(60_000)
    expect(store.count('complete')).toBe(last)
    expect(told().filter((type) => type === 'unsettled')).toHaveLength(1)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('is tried for settleTimeout when the store hangs', async () => {
    const { time, answer, call, store } = await begun(hangs)
    answer.open(1)
    await time.advance(4_999)
    expect(call.state).toBe('pending')
    expect(store.count('complete')).toBe(3)
    await time.advance(1)
    expect(call.error).toMatchObject({ code: 'UNSETTLED', value: 1 })
  })

  // The first pause is one of 20 ms, after which no time is left.
  it.each([[1], [20]])(
    'is tried once at least, however short settleTimeout is: %i ms',
    async (settleTimeout) => {
      const { time, process } = scene()
      const { idem, store } = process({ settleTimeout })
      expect(await idem.run('a', () => 1)).toBe(1)
      store.always('complete', rejects)
      const call = watched(idem.run('b', () => 1))
      await time.advance(settleTimeout)
      expect(call.error).toMatchObject({ code: 'UNSETTLED' })
      expect(store.count('complete')).toBe(2)
    },
  )

  it('is settled when the store comes back in time', async () => {
    const { time, process, answer, call, store } = await begun(rejects)
    answer.open('paid')
    await time.advance(4_000)
    store.everything((send) => send())
    await time.advance(1_000)
    expect(call.value).toBe('paid')
    expect(await process().idem.run('a', () => 'no')).toBe('paid')
  })

  it('carries the value itself where it has no text', async () => {
    const { time, answer, call, joined } = await begun(rejects)
    const value = new URL('https://example.com')
    answer.open(value)
    await time.advance(5_000)
    expect((call.error as UnsettledError).value).toBe(value)
    expect((joined.error as UnsettledError).value).toBe(value)
  })

  it('is abandoned when its lease is over, and no longer renewed', async () => {
    const { time, process, answer, call, store } = await begun(rejects)
    answer.open('paid')
    await time.advance(5_000)
    expect(call.state).toBe('rejected')
    await time.advance(25_000)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned' })
    expect(store.count('extend')).toBe(0)
  })

  it('settled after all, though every reply was lost, is replayed', async () => {
    const { time, process, answer, call } = await begun(losesReply)
    answer.open('paid')
    await time.advance(5_000)
    expect(call.error).toMatchObject({ code: 'UNSETTLED', value: 'paid' })
    expect(await process().idem.run('a', () => 'no')).toBe('paid')
  })
})

describe('a failure that cannot be settled', () => {
  it('keeps its own error', async () => {
    const { time, answer, call, joined, told } = await begun(rejects)
    const error = new Error('declined')
    answer.fail(error)
    await time.advance(5_000)
    expect(call.error).toBe(error)
    expect(joined.error).toMatchObject({ code: 'OPERATION_FAILED', failure: { message: 'declined' } })
    expect(told().filter((type) => type !== 'store-failed')).toEqual(['started', 'unsettled', 'shared'])
  })

  it('is tried for settleTimeout, and the attempt counts as abandoned after its lease', async () => {
    const { time, process, answer, call } = await begun(hangs, { settleTimeout: '9s' })
    answer.fail(new Error('declined'))
    await time.advance(8_999)
    expect(call.state).toBe('pending')
    await time.advance(1)
    expect(call.state).toBe('rejected')
    await time.advance(21_000)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned' })
    await time.advance(60_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('is told as final with the last sending, and only then', async () => {
    const { time, process } = scene()
    const { idem, store, events } = process()
    store.always('complete', hangs)
    const call = watched(idem.run('a', () => 1))
    await time.advance(6_000)
    expect(call.error).toMatchObject({ code: 'UNSETTLED' })
    const finals = events.flatMap((event) => (event.type === 'store-failed' ? [event.final] : []))
    expect(finals.length).toBeGreaterThan(1)
    expect(finals).toEqual([...finals.slice(1).map(() => false), true])
  })
})
