import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { AttemptContext } from '../../src/options/options'
import { answersAfter, arrivesAfter } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

const reason = new Error('the client hung up')

describe('a caller that aborts', () => {
  it('before it begins calls nothing', async () => {
    const { process } = scene()
    const { idem, store, events } = process()
    const call = idem.run('a', () => 1, { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect([store.calls, events]).toEqual([[], []])
  })

  it('leaves at once, with its own reason, and the handler is told', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const answer = gate<string>()
    const handler = (ctx: AttemptContext) => {
      signal = ctx.signal
      return answer.promise
    }
    const call = watched(idem.run('a', handler, { signal: controller.signal }))
    await time.settle()
    expect(signal?.aborted).toBe(false)
    controller.abort(reason)
    await time.settle()
    expect(call.error).toBe(reason)
    expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'every caller has left' })
  })

  it('cancels nothing: a handler that goes on is settled all the same', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controller = new AbortController()
    const answer = gate<string>()
    const call = watched(idem.run('a', () => answer.promise, { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    answer.open('done')
    await time.settle()
    expect(call.error).toBe(reason)
    expect(await process().idem.run('a', () => 'no')).toBe('done')
    await time.advance(60_000)
    expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
  })

  it('leaves the others: the attempt goes on for them, and its signal stays as it is', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controllers = [new AbortController(), new AbortController(), new AbortController()]
    let signal: AbortSignal | undefined
    const answer = gate<string>()
    const handler = (ctx: AttemptContext) => {
      signal = ctx.signal
      return answer.promise
    }
    const calls = controllers.map((controller) =>
      watched(idem.run('a', handler, { signal: controller.signal })),
    )
    await time.settle()
    controllers[0]?.abort(reason)
    controllers[1]?.abort(reason)
    await time.settle()
    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'pending'])
    expect(signal?.aborted).toBe(false)
    answer.open('done')
    expect(await calls[2]?.promise).toBe('done')
  })

  it('last of all aborts the handler’s signal', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controllers = [new AbortController(), new AbortController()]
    let signal: AbortSignal | undefined
    const handler = (ctx: AttemptContext) => {
      signal = ctx.signal
      return new Promise(() => {})
    }
    for (const { signal } of controllers) watched(idem.run('a', handler, { signal }))
    await time.settle()
    controllers[1]?.abort()
    expect(signal?.aborted).toBe(false)
    controllers[0]?.abort()
    expect(signal?.aborted).toBe(true)
  })

  it('counts as one who left when it gave up waiting instead', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const handler = (ctx: AttemptContext) => {
      signal = ctx.signal
      return new Promise(() => {})
    }
    watched(idem.run('a', handler, { signal: controller.signal }))
    watched(idem.run('a', handler, { waitTimeout: '5s' }))
    await time.settle()
    controller.abort()
    expect(signal?.aborted).toBe(false)
    await time.advance(5_000)
    expect(signal?.aborted).toBe(true)
  })

  it('shows its abort also to a handler that looks at the signal only afterwards', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controller = new AbortController()
    const looking = gate()
    let aborted: boolean | undefined
    const handler = async (ctx: AttemptContext) => {
      await looking.promise
      aborted = ctx.signal.aborted
    }
    watched(idem.run('a', handler, { signal: controller.signal }))
    await time.settle()
    controller.abort()
    looking.open()
    await time.settle()
    expect(aborted).toBe(true)
  })

  it('is told of by one signal, however often the handler looks at it', async () => {
    const { process } = scene()
    const run = process().idem.run('a', (ctx) => {
      const { signal } = ctx
      return ctx.signal === signal
    })
    expect(await run).toBe(true)
  })

  it('as the observer hears that it is refused leaves once', async () => {
    const { time, process } = scene()
    watched(process().idem.run('a', () => new Promise(() => {})))
    await time.settle()
    const controller = new AbortController()
    const { idem } = process({ observer: ({ type }) => type === 'refused' && controller.abort(reason) })
    const { signal } = controller
    const call = watched(idem.run('a', () => 'no', { signal, waitTimeout: '1s' }))
    await time.advance(1_000)
    expect(call.error).toBe(reason)
  })

  it('while it waits for another process leaves nothing behind', async () => {
    const { time, process } = scene()
    watched(process().idem.run('a', () => new Promise(() => {})))
    for (const watch of [true, false]) {
      const { idem, store } = process({ watch })
      const controller = new AbortController()
      const call = watched(idem.run('a', () => 'no', { signal: controller.signal }))
      await time.advance(1_000)
      const { length } = store.calls
      controller.abort(reason)
      await time.settle()
      expect(call.error).toBe(reason)
      expect(time.timers).toBe(0)
      await time.advance(5_000)
      expect(store.calls).toHaveLength(length)
    }
  })

  it('while it waits is not met by who comes as it goes: that one asks for itself', async () => {
    const { time, process } = scene()
    const answer = gate<string>()
    watched(process().idem.run('a', () => answer.promise))
    await time.settle()
    const { idem, store } = process()
    let next: ReturnType<typeof watched<string>> | undefined
    const { watch } = store
    Object.assign(store, {
      watch: async (key: string, onChange: () => void, signal: AbortSignal) => {
        signal.addEventListener('abort', () => {
          next ??= watched(idem.run('a', () => 'no'))
        })
        return watch?.(key, onChange, signal)
      },
    })
    const controller = new AbortController()
    watched(idem.run('a', () => 'no', { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    await time.settle()
    expect(next?.state).toBe('pending')
    answer.open('done')
    await time.settle()
    expect(next?.value).toBe('done')
  })

  it('leaves no listener on its signal, whether it stayed, was refused, or left', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const controller = new AbortController()
    const { signal } = controller
    await idem.run('a', () => 1, { signal })
    await idem.run('a', () => 1, { signal })
    await idem.run('b', () => Promise.reject(reason), { signal }).catch(() => {})
    watched(process().idem.run('c', () => new Promise(() => {})))
    await time.settle()
    await idem.run('c', () => 1, { signal, onInProgress: 'reject' }).catch(() => {})
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('after its answer changes nothing', async () => {
    const { process } = scene()
    const controller = new AbortController()
    let inner: AbortSignal | undefined
    const call = process().idem.run(
      'a',
      (ctx) => {
        inner = ctx.signal
        return 1
      },
      { signal: controller.signal },
    )
    expect(await call).toBe(1)
    controller.abort()
    expect(inner?.aborted).toBe(false)
  })
})

describe('callers that all leave while the claim is under way', () => {
  it('have nothing run for them, and the key is free at once', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    let runs = 0
    const call = watched(idem.run('a', () => ++runs, { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    claiming.open()
    await time.settle()
    expect(call.error).toBe(reason)
    expect(runs).toBe(0)
    expect(await process().idem.run('a', () => 'next')).toBe('next')
    expect(time.timers).toBe(0)
  })

  it('abandon nothing that never began, unless it was abandoned before', async () => {
    const { time, process } = scene()
    for (const crashed of [false, true]) {
      const key = String(crashed)
      if (crashed) {
        const { idem, store } = process()
        watched(idem.run(key, () => new Promise(() => {})))
        await time.settle()
        store.everything(() => new Promise(() => {}))
        await time.advance(30_000)
      }
      const { idem, store } = process()
      const claiming = gate()
      store.coming('claim', answersAfter(claiming.promise))
      const controller = new AbortController()
      watched(idem.run(key, () => 'no', { signal: controller.signal }))
      await time.settle()
      controller.abort(reason)
      claiming.open()
      await time.settle()
      expect((await idem.inspect(key))?.state).toBe(crashed ? 'abandoned' : undefined)
      expect(await idem.run(key, ({ takeover }) => takeover)).toBe(crashed)
    }
  })

  it('spend no attempt', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ maxAttempts: 2 })
    for (const attempt of [1, 2]) {
      const claiming = gate()
      store.coming('claim', answersAfter(claiming.promise))
      const controller = new AbortController()
      watched(idem.run('a', () => 'no', { signal: controller.signal }))
      await time.settle()
      controller.abort(reason)
      claiming.open()
      await time.settle()
      const call = idem.run('a', (ctx) => Promise.reject(new Error(`attempt ${ctx.attempt} fails`)))
      await expect(call).rejects.toThrow(`attempt ${attempt} fails`)
    }
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'OPERATION_FAILED', attempt: 2 })
  })

  it('leave the key to who waited for them elsewhere, at once', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    watched(idem.run('a', () => 'no', { signal: controller.signal }))
    await time.settle()
    const waiting = watched(process().idem.run('a', ({ attempt }) => attempt))
    await time.settle()
    expect(waiting.state).toBe('pending')
    controller.abort(reason)
    claiming.open()
    await time.settle()
    expect(waiting.value).toBe(1)
  })

  it('leave the failure before to who waited for that elsewhere', async () => {
    const { time, process } = scene()
    const failing = gate<never>()
    watched(process().idem.run('a', () => failing.promise))
    await time.settle()
    const waiting = watched(process({ watch: false }).idem.run('a', () => 'no'))
    await time.settle()
    failing.fail(new Error('declined'))
    await time.settle()
    const { idem, store } = process()
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    watched(idem.run('a', () => 'no', { signal: controller.signal }))
    await time.advance(500)
    expect([waiting.state, (await idem.inspect('a'))?.attempt]).toEqual(['pending', 2])
    controller.abort(reason)
    claiming.open()
    await time.advance(500)
    expect(waiting.error).toMatchObject({ code: 'OPERATION_FAILED', attempt: 1 })
  })

  it('hand the claim on to a new caller that comes before its answer', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    watched(idem.run('a', () => 'mine', { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    const next = watched(idem.run('a', () => 'mine'))
    claiming.open()
    await time.settle()
    expect(next.value).toBe('mine')
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it('do not disturb a new caller that comes while the claim is given back', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const claiming = gate()
    const returning = gate()
    store.coming('claim', answersAfter(claiming.promise))
    store.coming('release', arrivesAfter(returning.promise))
    const controller = new AbortController()
    let runs = 0
    watched(idem.run('a', () => ++runs, { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    claiming.open()
    await time.settle()
    const next = watched(idem.run('a', () => ++runs))
    await time.settle()
    expect(runs).toBe(0)
    returning.open()
    await time.settle()
    expect(next.value).toBe(1)
    expect(store.calls).toEqual(['claim', 'release', 'claim', 'complete'])
  })

  it('hold a new caller up for a lease at most, if the claim cannot be given back', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ waitTimeout: '1m' })
    const claiming = gate()
    const returning = gate()
    store.coming('claim', answersAfter(claiming.promise))
    store.always('release', async () => {
      await returning.promise
      throw new Error('connection refused')
    })
    const controller = new AbortController()
    const handler = ({ takeover }: AttemptContext) => takeover
    watched(idem.run('a', handler, { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    claiming.open()
    await time.settle()
    const next = watched(idem.run('a', handler))
    returning.open()
    await time.advance(30_000)
    expect(next.value).toBe(true)
    expect(store.count('release')).toBe(3)
  })

  it('keep the answer when there was one', async () => {
    const { time, process } = scene()
    await process().idem.run('a', () => 'done')
    const { idem, store } = process({ cache: { max: 1, maxAge: '1m' } })
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    watched(idem.run('a', () => 'no', { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    claiming.open()
    await time.settle()
    expect(await idem.run('a', () => 'no')).toBe('done')
    expect(store.count('claim')).toBe(1)
  })

  it('wait for nobody when it runs elsewhere', async () => {
    const { time, process } = scene()
    watched(process().idem.run('a', () => new Promise(() => {})))
    await time.settle()
    const { idem, store } = process()
    const claiming = gate()
    store.coming('claim', answersAfter(claiming.promise))
    const controller = new AbortController()
    watched(idem.run('a', () => 'no', { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    claiming.open()
    await time.advance(5_000)
    expect(store.calls).toEqual(['claim'])
  })

  it.each<[what: string, thrown: (reason: unknown) => unknown]>([
    ['the reason itself', (reason) => reason],
    [
      'what the platform makes of it',
      (cause) => Object.assign(new Error('aborted', { cause }), { name: 'AbortError' }),
    ],
    ['an AbortError that knows no reason', () => new DOMException('aborted', 'AbortError')],
    [
      'an error that it has caused',
      (cause) => new Error('no answer', { cause: new Error('not sent', { cause }) }),
    ],
  ])(
    'is no final failure when the handler throws %s, whatever isRetryable says of other errors',
    async (_, thrown) => {
      const { time, process } = scene()
      const { idem } = process({ isRetryable: () => false })
      const leaving = new AbortController()
      const left = watched(
        idem.run(
          'a',
          ({ signal }) =>
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(thrown(signal.reason)))),
          { signal: leaving.signal },
        ),
      )
      await time.settle()
      leaving.abort()
      await time.settle()
      expect(left.state).toBe('rejected')
      expect(await idem.run('a', () => 'again')).toBe('again')
    },
  )

  it('excuse no failure that has another cause', async () => {
    const { time, process } = scene()
    const { idem } = process({ isRetryable: () => false })
    const leaving = new AbortController()
    const answer = gate<string>()
    watched(idem.run('a', () => answer.promise, { signal: leaving.signal }))
    await time.settle()
    leaving.abort()
    const declined = new Error('declined')
    // Some are their own cause.
    answer.fail(Object.assign(declined, { cause: declined }))
    await time.settle()
    await expect(idem.run('a', () => 'again')).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
  })
})
