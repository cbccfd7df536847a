import { describe, expect, it } from 'vitest'
import type { Reconcile } from '../../src/options/options'
import { hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** A process charged, saved a step and crashed; its lease is over. */
async function crashed(onAbandoned: Reconcile, maxAttempts = Number.POSITIVE_INFINITY) {
  const { time, process } = scene()
  const options = { onAbandoned, maxAttempts }
  const first = process(options)
  watched(
    first.idem.run('a', async ({ step }) => {
      await step('charge', () => 'charge-1')
      return new Promise(() => {})
    }),
  )
  await time.settle()
  first.store.everything(hangs)
  await time.advance(30_000)
  return { time, process: () => process(options), ...process(options) }
}

describe('reconcile', () => {
  it('runs in place of the handler after an abandoned attempt, and what it found is the answer', async () => {
    let runs = 0
    const { process, idem } = await crashed(({ attempt, takeover }) => ({ value: { attempt, takeover } }))
    const answer = { attempt: 2, takeover: true }
    expect(await idem.execute('a', () => ++runs)).toEqual({ value: answer, replayed: false, attempt: 2 })
    expect(await process().idem.run('a', () => ++runs)).toEqual(answer)
    expect(runs).toBe(0)
  })

  it('may find that the answer is nothing', async () => {
    const { idem } = await crashed(() => ({ value: undefined }))
    expect(await idem.execute('a', () => 'no')).toMatchObject({ value: undefined, attempt: 2 })
    expect(await idem.inspect('a')).toMatchObject({ state: 'succeeded', valueOmitted: false })
  })

  it('may ask for the handler, which runs in the same attempt with the steps that were saved', async () => {
    const { idem } = await crashed(async () => 'rerun' as const)
    const run = idem.execute('a', async ({ step, attempt, takeover }) => [
      await step('charge', () => 'charge-2'),
      attempt,
      takeover,
    ])
    expect(await run).toEqual({ value: ['charge-1', 2, true], replayed: false, attempt: 2 })
  })

  it.each([
    ['its lease may be over', { lease: '1s' }, 'LEASE_LOST'],
    ['it ran too long', { maxRunTime: '1s' }, 'ABANDONED'],
  ] as const)(
    'asks for a handler in vain once %s: nothing runs, and the next call finds out anew',
    async (_, limits, code) => {
      const asked = gate()
      let found = 0
      const { time, process, idem, store } = await crashed(async () => {
        if (++found > 1) return { value: 'found' }
        await asked.promise
        return 'rerun' as const
      })
      let runs = 0
      const call = watched(idem.run('a', () => ++runs, limits))
      await time.settle()
      if (code === 'LEASE_LOST') store.always('extend', rejects)
      await time.advance(2_000)
      asked.open()
      await time.advance(0)
      expect(call.error).toMatchObject({ code: 'ABANDONED' })
      expect(await idem.inspect('a')).toMatchObject({ state: 'abandoned', attempt: 2 })
      expect(await process().idem.run('a', () => ++runs)).toBe('found')
      expect(runs).toBe(0)
    },
  )

  it('asks for a handler in vain once every caller has left', async () => {
    const asked = gate()
    const { time, idem } = await crashed(async () => {
      await asked.promise
      return 'rerun' as const
    })
    const caller = new AbortController()
    let runs = 0
    const call = watched(idem.run('a', () => ++runs, { signal: caller.signal }))
    await time.settle()
    caller.abort()
    await time.settle()
    expect(call.error).toBe(caller.signal.reason)
    asked.open()
    await time.advance(0)
    expect(runs).toBe(0)
    expect(await idem.inspect('a')).toMatchObject({ state: 'abandoned', attempt: 2 })
  })

  it('sees the steps that were saved, and may use their names without taking them from the handler', async () => {
    const { idem } = await crashed(async ({ step }) => {
      expect(await step('charge', () => 'charge-2')).toBe('charge-1')
      expect(await step('look', () => 'seen')).toBe('seen')
      return 'rerun' as const
    })
    const run = idem.run('a', async ({ step }) => [
      await step('charge', () => 'charge-3'),
      await step('look', () => 'seen again'),
    ])
    expect(await run).toEqual(['charge-1', 'seen'])
  })

  it('does not run for a first attempt, nor after a failure', async () => {
    const { process } = scene()
    let asked = 0
    const { idem } = process({
      onAbandoned: () => {
        asked++
        return 'rerun'
      },
    })
    await expect(idem.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await idem.run('b', () => 'yes')).toBe('yes')
    expect(asked).toBe(0)
  })

  it('that throws leaves the record abandoned, and its error is the cause', async () => {
    let isDown = true
    let runs = 0
    const down = new Error('gateway down')
    const { idem } = await crashed(() => {
      if (isDown) throw down
      return { value: 'found' }
    })
    const refused = watched(idem.run('a', () => ++runs))
    const joined = watched(idem.run('a', () => ++runs))
    await Promise.allSettled([refused.promise, joined.promise])
    expect(refused.error).toMatchObject({ code: 'ABANDONED', attempt: 2, cause: down })
    expect((refused.error as Error).message).toContain('knowing how (gateway down); find out')
    expect(joined.error).toMatchObject({ code: 'ABANDONED', attempt: 2 })
    expect(await idem.inspect('a')).toMatchObject({
      state: 'abandoned',
      failure: { message: 'gateway down' },
    })
    isDown = false
    expect(await idem.run('a', () => ++runs)).toBe('found')
    expect(runs).toBe(0)
  })

  it('is asked again by every later call, whatever maxAttempts says', async () => {
    let asked = 0
    const { idem } = await crashed(() => {
      asked++
      throw new Error('not yet')
    }, 1)
    for (let call = 1; call <= 4; call++) {
      await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'ABANDONED', attempt: call + 1 })
      expect(asked).toBe(call)
    }
  })

  it('may have the handler run as often as maxAttempts says', async () => {
    const { idem } = await crashed(() => 'rerun', 2)
    expect(await idem.run('a', ({ attempt }) => attempt)).toBe(2)
  })

  it('cannot have the handler run more often than maxAttempts', async () => {
    let runs = 0
    const { idem } = await crashed(() => 'rerun', 1)
    await expect(idem.run('a', () => ++runs)).rejects.toMatchObject({
      code: 'ABANDONED',
      cause: { message: expect.stringContaining('maxAttempts') },
    })
    expect(runs).toBe(0)
    expect(await idem.inspect('a')).toMatchObject({ state: 'abandoned' })
  })

  it.each([[undefined], [null], ['value'], [{}], [true]])(
    'that answers %o has found out nothing: the record stays abandoned',
    async (verdict) => {
      let runs = 0
      const { idem } = await crashed((() => verdict) as unknown as Reconcile)
      await expect(idem.run('a', () => ++runs)).rejects.toMatchObject({
        code: 'ABANDONED',
        cause: expect.any(TypeError),
      })
      expect(runs).toBe(0)
    },
  )

  it('is not final by isRetryable: what it throws is no failure of the operation', async () => {
    let asked = 0
    const { idem } = await crashed(() => {
      asked++
      throw new Error('not yet')
    })
    const options = { isRetryable: () => false }
    await expect(idem.run('a', () => 1, options)).rejects.toMatchObject({ code: 'ABANDONED' })
    await expect(idem.run('a', () => 1, options)).rejects.toMatchObject({ code: 'ABANDONED' })
    expect(asked).toBe(2)
  })

  it('finds the record however long ago the attempt was abandoned', async () => {
    const { time, idem } = await crashed(() => ({ value: 'found' }))
    await time.advance(1_000 * 86_400_000)
    expect(await idem.run('a', () => 'no')).toBe('found')
  })

  it('failing in a handler that it asked for is a failure like any other', async () => {
    const { idem } = await crashed(() => 'rerun')
    await expect(idem.run('a', () => Promise.reject(new Error('declined')))).rejects.toThrow('declined')
    expect(await idem.inspect('a')).toMatchObject({ state: 'failed', retryable: true, attempt: 2 })
  })

  it('runs no handler when the record went to somebody else while it was finding out', async () => {
    const { time, process } = scene()
    const crashed = process()
    watched(crashed.idem.run('a', () => new Promise(() => {})))
    await time.settle()
    crashed.store.everything(hangs)
    await time.advance(30_000)
    const verdict = gate<'rerun'>()
    const { idem } = process({ onAbandoned: () => verdict.promise })
    let runs = 0
    const late = watched(idem.run('a', () => ++runs))
    await time.settle()
    await process().idem.forget('a')
    await time.advance(10_000)
    verdict.open('rerun')
    await time.settle()
    expect(late.error).toMatchObject({ code: 'LEASE_LOST' })
    expect(runs).toBe(0)
  })
})
