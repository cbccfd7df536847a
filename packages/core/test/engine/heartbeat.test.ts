import { describe, expect, it } from 'vitest'
import { LeaseLostError } from '../../src/errors'
import type { AttemptContext, RunOptions } from '../../src/options/options'
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

/** An attempt under a lease of 9 s that runs until its answer comes. */
async function attempt(options: RunOptions = {}) {
  const { time, process, records } = scene()
  const { idem, store, events, told } = process({ lease: '9s' })
  const answer = gate<string>()
  const seen: { ctx?: AttemptContext } = {}
  const call = watched(
    idem.run(
      'a',
      (ctx) => {
        seen.ctx = ctx
        return answer.promise
      },
      options,
    ),
  )
  await time.settle()
  const ctx = seen.ctx as AttemptContext
  const leaseMs = async () => (await records.get('idem:::a'))?.leaseMs
  return { time, process, idem, store, events, told, answer, call, ctx, signal: ctx.signal, leaseMs }
}

describe('a claim that is answered when its lease is over', () => {
  it('is sent again before anything runs: the record may be somebody else’s by then', async () => {
    const { time, process } = scene()
    const [slow, other] = [process({ lease: '1s' }), process({ lease: '1s' })]
    const [answer, done] = [gate(), gate()]
    slow.store.coming('claim', answersAfter(answer.promise))
    let running = 0
    let most = 0
    const handler = async () => {
      most = Math.max(most, ++running)
      await done.promise
      running--
      return 'done'
    }
    const calls = [watched(slow.idem.run('a', handler, { storeTimeout: '5s' }))]
    await time.advance(1_500)
    calls.push(watched(other.idem.run('a', handler)))
    await time.settle()
    answer.open()
    await time.advance(100)
    done.open()
    await time.advance(2_500)
    for (const call of calls) expect(call.value).toBe('done')
    expect(most).toBe(1)
  })

  it('is renewed by that, where nobody else has come', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ lease: '1s', storeTimeout: '5s' })
    const answer = gate()
    store.coming('claim', answersAfter(answer.promise))
    const call = watched(idem.execute('a', ({ attempt }) => attempt))
    await time.advance(1_500)
    answer.open()
    await time.settle()
    expect(call.value).toEqual({ value: 1, replayed: false, attempt: 1 })
    expect(store.calls).toEqual(['claim', 'claim', 'complete'])
  })

  it('is a StoreError when that happens again and again, and nothing runs', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ lease: '1s', storeTimeout: '5s' })
    store.always('claim', async (send) => {
      const answer = await send()
      await new Promise<void>((resolve) => time.schedule(1_000, resolve))
      return answer
    })
    let runs = 0
    const call = watched(idem.run('a', () => ++runs))
    await time.advance(10_000)
    expect(call.error).toMatchObject({ code: 'STORE', message: expect.stringContaining('lease (1000 ms)') })
    expect([runs, await idem.inspect('a')]).toEqual([0, undefined])
  })
})

describe('the heartbeat', () => {
  it('renews the lease at each third of it, and no more once the attempt is over', async () => {
    const { time, store, answer, call, leaseMs } = await attempt()
    await time.advance(2_999)
    expect(store.count('extend')).toBe(0)
    expect(await leaseMs()).toBe(6_001)
    await time.advance(1)
    expect(store.count('extend')).toBe(1)
    expect(await leaseMs()).toBe(9_000)
    await time.advance(30_000)
    expect(store.count('extend')).toBe(11)
    answer.open('done')
    expect(await call.promise).toBe('done')
    await time.advance(60_000)
    expect(store.count('extend')).toBe(11)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('keeps no process alive', async () => {
    const { time } = await attempt()
    expect([time.timers, time.backgroundTimers]).toEqual([0, 1])
    await time.advance(4_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 1])
  })

  it('is not sent for an attempt that is over within a third of its lease', async () => {
    const { time, store, answer } = await attempt()
    answer.open('done')
    await time.advance(60_000)
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it('beats again after a tenth of the lease when it failed', async () => {
    const { time, store, signal } = await attempt()
    store.coming('extend', rejects, losesReply)
    await time.advance(3_000)
    expect(store.count('extend')).toBe(1)
    await time.advance(899)
    expect(store.count('extend')).toBe(1)
    await time.advance(1)
    expect(store.count('extend')).toBe(2)
    await time.advance(900)
    expect(store.count('extend')).toBe(3)
    await time.advance(2_999)
    expect(store.count('extend')).toBe(3)
    await time.advance(1)
    expect(store.count('extend')).toBe(4)
    expect(signal.aborted).toBe(false)
  })

  it('tells the observer of each beat that failed', async () => {
    const { time, store, events } = await attempt()
    store.coming('extend', rejects)
    await time.advance(4_000)
    expect(events.slice(1)).toEqual([
      expect.objectContaining({ type: 'store-failed', call: 'extend', final: false }),
    ])
  })

  it('that is not answered is given up after storeTimeout and sent again', async () => {
    const { time, store, signal } = await attempt()
    store.coming('extend', hangs)
    await time.advance(3_000 + 2_000 + 899)
    expect(store.count('extend')).toBe(1)
    await time.advance(1)
    expect(store.count('extend')).toBe(2)
    await time.advance(60_000)
    expect(signal.aborted).toBe(false)
  })

  it('aborts the signal when the lease ran out unrenewed, and goes on trying', async () => {
    const { time, store, signal, events } = await attempt()
    store.always('extend', rejects)
    await time.advance(8_999)
    expect(signal.aborted).toBe(false)
    await time.advance(1)
    expect(signal.reason).toBeInstanceOf(LeaseLostError)
    const beats = store.count('extend')
    await time.advance(9_000)
    expect(store.count('extend')).toBe(beats + 10)
    expect(events.filter(({ type }) => type === 'lease-lost')).toEqual([
      expect.objectContaining({ attempt: 1, reason: 'silent' }),
    ])
  })

  it('that fell silent still lets the attempt settle, if nobody took over', async () => {
    const { time, process, store, answer, call, signal } = await attempt()
    store.always('extend', hangs)
    await time.advance(20_000)
    expect(signal.aborted).toBe(true)
    answer.open('done')
    expect(await call.promise).toBe('done')
    expect(await process().idem.run('a', () => 'no')).toBe('done')
    await time.advance(60_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('that fell silent lets no further step begin', async () => {
    const { time, store, ctx } = await attempt()
    store.always('extend', rejects)
    await time.advance(9_000)
    let ran = false
    const step = ctx.step('charge', () => {
      ran = true
    })
    await expect(step).rejects.toBeInstanceOf(LeaseLostError)
    expect(ran).toBe(false)
  })

  it('that fell silent finds out when somebody took over', async () => {
    const { time, process, store, told } = await attempt()
    store.coming('extend', ...Array.from({ length: 12 }, () => rejects))
    await time.advance(9_000)
    expect(await process().idem.run('a', () => 'winner')).toBe('winner')
    await time.advance(5_000)
    expect(told().filter((type) => type === 'lease-lost')).toHaveLength(2)
    const beats = store.count('extend')
    await time.advance(60_000)
    expect(store.count('extend')).toBe(beats)
  })

  it('counts the lease from when the renewal was sent, not from when it was answered', async () => {
    const { time, store, signal } = await attempt({ storeTimeout: '20s' })
    const slow = gate()
    store.coming('extend', arrivesAfter(slow.promise))
    await time.advance(5_000)
    slow.open()
    await time.settle()
    store.always('extend', rejects)
    await time.advance(6_999)
    expect(signal.aborted).toBe(false)
    await time.advance(1)
    expect(signal.aborted).toBe(true)
  })

  it('counts the lease from when the claim was sent, not from when it was answered', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ lease: '9s' })
    const slow = gate()
    store.coming('claim', arrivesAfter(slow.promise))
    store.always('extend', rejects)
    let signal: AbortSignal | undefined
    watched(
      idem.run('a', (ctx) => {
        signal = ctx.signal
        return new Promise(() => {})
      }),
    )
    await time.advance(1_500)
    slow.open()
    await time.advance(7_499)
    expect(signal?.aborted).toBe(false)
    await time.advance(1)
    expect(signal?.aborted).toBe(true)
  })

  it('counts the lease from the claim that was answered, not from those before it', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ lease: '3s' })
    store.coming('claim', hangsAfterwards, hangs)
    let signal: AbortSignal | undefined
    const answer = gate<string>()
    const call = watched(
      idem.run('a', (ctx) => {
        signal = ctx.signal
        return answer.promise
      }),
    )
    await time.advance(6_000)
    expect(signal?.aborted).toBe(false)
    answer.open('done')
    expect(await call.promise).toBe('done')
  })

  it('renews while the attempt is being settled', async () => {
    const { time, store, answer, call, leaseMs } = await attempt({ settleTimeout: '1m' })
    store.coming('complete', ...Array.from({ length: 30 }, () => rejects))
    answer.open('done')
    await time.advance(12_000)
    expect(call.state).toBe('pending')
    expect(await leaseMs()).toBeGreaterThan(6_000)
    expect(await time.outlast(call.promise)).toBe('done')
  })

  it('whose answer comes when the attempt is over is the last', async () => {
    const { time, store, answer, call } = await attempt()
    const slow = gate()
    store.coming('extend', answersAfter(slow.promise))
    await time.advance(3_000)
    answer.open('done')
    expect(await call.promise).toBe('done')
    slow.open()
    await time.advance(60_000)
    expect(store.calls).toEqual(['claim', 'extend', 'complete'])
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('that was held up by a busy process looks at the clock, not at the number of timers', async () => {
    const { time, store, signal } = await attempt()
    time.freeze(9_000)
    await time.advance(0)
    expect(signal.aborted).toBe(true)
    expect(store.count('extend')).toBe(1)
  })
})
