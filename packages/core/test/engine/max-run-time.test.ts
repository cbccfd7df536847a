import { describe, expect, it } from 'vitest'
import { AbandonedError } from '../../src/errors'
import type { AttemptContext, RunOptions } from '../../src/options/options'
import { arrivesAfter, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** An attempt that may run for a minute, and does not end. */
async function endless(options: RunOptions = {}) {
  const { time, process } = scene()
  const { idem, store, told } = process({ lease: '9s', maxRunTime: '1m' })
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
  return { time, process, idem, store, told, answer, call, signal: (seen.ctx as AttemptContext).signal }
}

describe('an attempt that runs longer than maxRunTime', () => {
  it('has its signal aborted and its callers told that nobody knows how it ends', async () => {
    const { time, idem, call, signal } = await endless()
    const joined = watched(idem.run('a', () => 'no', { waitTimeout: '1h' }))
    await time.advance(59_999)
    expect([signal.aborted, call.state, joined.state]).toEqual([false, 'pending', 'pending'])
    await time.advance(1)
    expect(signal.reason).toBeInstanceOf(AbandonedError)
    for (const { error } of [call, joined]) {
      expect(error).toMatchObject({
        code: 'ABANDONED',
        attempt: 1,
        message: expect.stringContaining('maxRunTime'),
      })
    }
  })

  it('is renewed no more, so that it counts as abandoned when its lease is over', async () => {
    const { time, process, store } = await endless()
    await time.advance(60_000)
    const beats = store.count('extend')
    // The last renewal was at 57 s.
    await time.advance(5_999)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'running' })
    await time.advance(1)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned' })
    await time.advance(10_000)
    expect(store.count('extend')).toBe(beats)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('is taken over by a later call, of the same process too', async () => {
    const { time, idem } = await endless()
    await time.advance(60_000)
    const next = watched(idem.execute('a', ({ takeover }) => takeover))
    await time.advance(6_000)
    expect(next.value).toEqual({ value: true, replayed: false, attempt: 2 })
  })

  it('does not disturb, when it ends after all, those who wait together for its lease to end', async () => {
    const { time, idem, answer, store } = await endless()
    await time.advance(60_000)
    const next = watched(idem.run('a', () => 'next'))
    store.always('fail', rejects)
    answer.fail(new Error('late'))
    await time.advance(5_200)
    const claims = store.count('claim')
    const joining = watched(idem.run('a', () => 'no'))
    await time.settle()
    expect(store.count('claim')).toBe(claims)
    await time.advance(10_000)
    expect([next.value, joining.value]).toEqual(['next', 'next'])
  })

  it('still settles when it ends after all and nobody took over', async () => {
    const { time, process, answer } = await endless()
    await time.advance(65_000)
    answer.open('late')
    await time.settle()
    expect(await process().idem.run('a', () => 'no')).toBe('late')
  })

  it('is abandoned, not failed, when it fails in the end', async () => {
    const { time, process, answer } = await endless({ isRetryable: () => false })
    await time.advance(65_000)
    answer.fail(new Error('aborted half way'))
    await time.settle()
    expect(await process().idem.inspect('a')).toMatchObject({
      state: 'abandoned',
      failure: { message: 'aborted half way' },
    })
    await expect(process().idem.run('a', () => 'no', { onAbandoned: 'reject' })).rejects.toMatchObject({
      code: 'ABANDONED',
    })
  })

  it('publishes nothing when it ends after somebody took over', async () => {
    const { time, process, answer, told } = await endless()
    await time.advance(70_000)
    expect(await process().idem.run('a', () => 'winner')).toBe('winner')
    answer.open('late')
    await time.settle()
    expect(await process().idem.run('a', () => 'no')).toBe('winner')
    expect(told()).not.toContain('succeeded')
  })

  it('waits for nobody when it ends while the winner still runs', async () => {
    const { time, process, answer, store } = await endless()
    await time.advance(70_000)
    watched(process().idem.run('a', () => new Promise(() => {})))
    await time.settle()
    answer.open('late')
    await time.settle()
    const calls = store.calls.length
    await time.advance(10_000)
    expect(store.calls).toHaveLength(calls)
  })

  it('is given up also when its lease was lost long before', async () => {
    const { time, process, call } = await endless()
    await process().idem.forget('a')
    await time.advance(59_999)
    expect(call.state).toBe('pending')
    await time.advance(1)
    expect(call.error).toMatchObject({ code: 'ABANDONED' })
    await time.advance(10_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('is given up once, whatever a heartbeat that is still under way comes to', async () => {
    for (const lost of [false, true]) {
      const { time, process, store, told } = await endless({ storeTimeout: '1h', lease: '2m' })
      const slow = gate()
      store.coming('extend', arrivesAfter(slow.promise))
      await time.advance(60_000)
      if (lost) await process().idem.forget('a')
      slow.open()
      await time.advance(3_700_000)
      expect(told()).toEqual(['started', 'refused'])
      expect([store.count('extend'), time.timers, time.backgroundTimers]).toEqual([1, 0, 0])
    }
  })

  it('may run without limit where that is asked for', async () => {
    const { time, answer, call } = await endless({ maxRunTime: Number.POSITIVE_INFINITY })
    await time.advance(2 * 3_600_000)
    answer.open('done')
    expect(await call.promise).toBe('done')
  })

  it('leaves a signal alone that was aborted before, whenever the handler looks at it', async () => {
    const { time, process } = scene()
    const { idem } = process({ maxRunTime: '1m' })
    for (const early of [true, false]) {
      const controller = new AbortController()
      let seen: AttemptContext | undefined
      const handler = (ctx: AttemptContext) => {
        seen = ctx
        if (early) expect(ctx.signal.aborted).toBe(false)
        return new Promise(() => {})
      }
      watched(idem.run(String(early), handler, { signal: controller.signal }))
      await time.settle()
      controller.abort()
      await time.advance(60_000)
      expect(seen?.signal.reason).toMatchObject({ name: 'AbortError' })
    }
  })

  it('begins no further step when it is over, beside whoever took over', async () => {
    const { time, process } = scene()
    const { idem } = process({ lease: 100, maxRunTime: 100 })
    const effects: string[] = []
    const slow = gate()
    const late = watched(
      idem.run('a', async ({ step }) => {
        await slow.promise
        return step('charge', () => effects.push('late'))
      }),
    )
    await time.advance(200)
    expect(late.error).toMatchObject({ code: 'ABANDONED' })
    await process().idem.run('a', ({ step }) => step('charge', () => effects.push('next')))
    slow.open()
    await time.settle()
    expect(effects).toEqual(['next'])
  })

  it('bounds a handler that runs without protection, too', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ onStoreDown: 'run', maxRunTime: '1m' })
    store.everything(rejects)
    let signal: AbortSignal | undefined
    const call = watched(
      idem.run('a', (ctx) => {
        signal = ctx.signal
        return new Promise(() => {})
      }),
    )
    await time.advance(62_000)
    expect(call.error).toMatchObject({ code: 'ABANDONED' })
    expect(signal?.aborted).toBe(true)
  })

  it('bounds no handler that has ended, without protection either', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process({ onStoreDown: 'run', maxRunTime: '1m' })
    store.coming('claim', rejects, rejects, rejects)
    expect(await time.outlast(idem.run('a', () => 1))).toBe(1)
    await time.advance(62_000)
    expect(told()).toEqual(['store-failed', 'store-failed', 'store-failed', 'unprotected'])
  })
})
