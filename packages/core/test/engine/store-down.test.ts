import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/errors'
import type { AttemptContext } from '../../src/options/options'
import { hangs, losesReply, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

describe('a store that is down', () => {
  it('is a StoreError with what it threw as the cause, and nothing runs', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.everything(rejects)
    let runs = 0
    const call = watched(idem.run('a', () => ++runs))
    await time.advance(1_000)
    expect(call.error).toBeInstanceOf(StoreError)
    expect(call.error).toMatchObject({ code: 'STORE', cause: new Error('connection refused') })
    expect(runs).toBe(0)
    expect(store.count('claim')).toBe(3)
  })

  it('is a StoreError for every caller of the process, and one claim for all', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.everything(rejects)
    const calls = [1, 2, 3].map(() => watched(idem.run('a', () => 1)))
    await time.advance(1_000)
    for (const { error } of calls) expect(error).toMatchObject({ code: 'STORE' })
    expect(store.count('claim')).toBe(3)
  })

  it('hangs nobody: each sending has storeTimeout', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ storeTimeout: '1s' })
    store.everything(hangs)
    const call = watched(idem.run('a', () => 1))
    const looked = watched(idem.inspect('a'))
    const forgotten = watched(idem.forget('a'))
    const resolved = watched(idem.resolve('a', 1))
    const listed = watched(idem.page())
    await time.advance(3_059)
    expect([call.state, forgotten.state]).toEqual(['pending', 'rejected'])
    await time.advance(1)
    for (const { error } of [call, looked, forgotten, resolved, listed]) {
      expect(error).toMatchObject({ code: 'STORE' })
    }
    await time.advance(10_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('may throw before it gives a promise, or throw what is no error', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const thrown: unknown = 'no socket'
    store.always('claim', () => {
      throw thrown
    })
    const call = watched(idem.run('a', () => 1))
    await time.advance(1_000)
    expect(call.error).toMatchObject({ code: 'STORE', cause: 'no socket' })
    expect((call.error as Error).message).toContain('no socket')
  })

  it.each([[Symbol('x')], [Object.create(null)], [undefined]])(
    'may throw what cannot be printed: %#',
    async (thrown) => {
      const { time, process } = scene()
      const { idem, store } = process()
      store.always('claim', () => Promise.reject(thrown))
      await expect(time.outlast(idem.run('a', () => 1))).rejects.toMatchObject({
        code: 'STORE',
        cause: thrown,
      })
    },
  )

  it('keeps a StoreError that the store itself threw', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const own = new StoreError('down', { cause: new Error('socket') })
    store.always('claim', () => Promise.reject(own))
    await expect(time.outlast(idem.run('a', () => 1))).rejects.toBe(own)
  })

  it('tells the observer of every sending that failed, and which was the last', async () => {
    const { time, process } = scene()
    const { idem, store, events } = process()
    store.coming('claim', rejects, rejects, rejects)
    await time.outlast(idem.run('a', () => 1)).catch(() => {})
    const failed = { type: 'store-failed', call: 'claim', error: new Error('connection refused') }
    expect(events.slice(0, 3)).toEqual(
      [false, false, true].map((final) => expect.objectContaining({ ...failed, final })),
    )
  })
})

describe('a runtime that fails', () => {
  it('fails the call with its own error, and the next one begins anew', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const error = new Error('no random bytes')
    const { token } = time
    time.token = () => {
      throw error
    }
    const calls = [1, 2].map(() => watched(idem.run('a', () => 'no')))
    await time.settle()
    expect(calls.map((call) => call.error)).toEqual([error, error])
    expect(store.calls).toEqual([])
    time.token = token
    expect(await idem.run('a', () => 'yes')).toBe('yes')
  })
})

describe('with onStoreDown `run`', () => {
  const options = { onStoreDown: 'run' } as const

  it('the handler runs without protection, and the observer is told', async () => {
    const { time, process } = scene()
    const { idem, store, events } = process(options)
    store.everything(rejects)
    const seen: unknown[] = []
    const call = idem.execute('a', async (ctx) => {
      seen.push([ctx.key, ctx.attempt, ctx.takeover, ctx.signal.aborted, ctx.fence > 0])
      return [await ctx.step('charge', () => 'charged'), ctx.subkey('charge').length > 0]
    })
    expect(await time.outlast(call)).toEqual({ value: ['charged', true], replayed: false, attempt: 1 })
    expect(seen).toEqual([['idem:::a', 1, false, false, true]])
    expect(events.find(({ type }) => type === 'unprotected')).toMatchObject({ error: { code: 'STORE' } })
    expect(store.count('complete')).toBe(0)
  })

  it('duplicates in the process still join', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.everything(rejects)
    let runs = 0
    const calls = [1, 2, 3].map(() => watched(idem.run('a', () => ({ runs: ++runs }))))
    await time.advance(1_000)
    expect(calls.map(({ value }) => value)).toEqual([{ runs: 1 }, { runs: 1 }, { runs: 1 }])
    expect(new Set(calls.map(({ value }) => value)).size).toBe(3)
  })

  it('a failure is the handler’s own, and shared with those who joined', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.everything(rejects)
    const error = new Error('declined')
    const call = watched(idem.run('a', () => Promise.reject(error)))
    const joined = watched(idem.run('a', () => 1))
    await time.advance(1_000)
    expect(call.error).toBe(error)
    expect(joined.error).toMatchObject({ code: 'OPERATION_FAILED', failure: { message: 'declined' } })
  })

  it('the signal aborts when all callers have left', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.everything(rejects)
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const handler = (ctx: AttemptContext) => {
      signal = ctx.signal
      return new Promise(() => {})
    }
    watched(idem.run('a', handler, { signal: controller.signal }))
    await time.advance(100)
    expect(signal?.aborted).toBe(false)
    controller.abort()
    expect(signal?.aborted).toBe(true)
  })

  it('nothing runs when all callers left before the store was given up', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.everything(hangs)
    const controller = new AbortController()
    let runs = 0
    watched(idem.run('a', () => ++runs, { signal: controller.signal }))
    await time.advance(3_000)
    controller.abort()
    await time.advance(60_000)
    expect(runs).toBe(0)
  })

  it('nothing runs that is known to run elsewhere', async () => {
    const { time, process } = scene()
    watched(process().idem.run('a', () => new Promise(() => {})))
    await time.settle()
    const { idem, store } = process(options)
    let runs = 0
    const call = watched(idem.run('a', () => ++runs))
    await time.advance(1_000)
    store.everything(rejects)
    await time.advance(5_000)
    expect(call.error).toMatchObject({ code: 'STORE' })
    expect(runs).toBe(0)
  })

  it('a claim that was acquired without a reply is given back', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.coming('claim', losesReply, losesReply, losesReply)
    const answer = gate<string>()
    const call = watched(idem.run('a', () => answer.promise))
    await time.advance(1_000)
    expect(await process().idem.inspect('a')).toBeUndefined()
    answer.open('unprotected')
    expect(await call.promise).toBe('unprotected')
  })

  it('a value that has no text reaches the caller whose handler ran', async () => {
    const { time, process } = scene()
    const { idem, store } = process(options)
    store.everything(rejects)
    const value = new URL('https://example.com')
    const call = watched(idem.run('a', () => value))
    const joined = watched(idem.run('a', () => value))
    await time.advance(1_000)
    expect(call.value).toBe(value)
    expect(joined.error).toMatchObject({ code: 'RESULT_UNAVAILABLE' })
  })
})
