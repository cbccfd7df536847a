import { describe, expect, it } from 'vitest'
import { hangs, rejects } from '../support/faulty-store'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

const DAY_MS = 86_400_000

describe('retention', () => {
  it('is how long an answer replays; then the key is as new', async () => {
    const { time, process } = scene()
    const { idem } = process()
    await idem.run('a', () => 'first')
    await time.advance(DAY_MS - 1)
    expect(await idem.run('a', () => 'second')).toBe('first')
    await time.advance(1)
    expect(await idem.execute('a', () => 'second')).toEqual({ value: 'second', replayed: false, attempt: 1 })
  })

  it('begins when the attempt is settled, not when it begins', async () => {
    const { time, process } = scene()
    const { idem } = process({ retention: '1m' })
    const slow = idem.run('a', () => new Promise((resolve) => time.schedule(50_000, () => resolve('first'))))
    await time.outlast(slow)
    await time.advance(59_999)
    expect(await idem.run('a', () => 'second')).toBe('first')
    await time.advance(1)
    expect(await idem.run('a', () => 'second')).toBe('second')
  })

  it('may be without limit', async () => {
    const { time, process } = scene()
    const { idem } = process({ retention: Number.POSITIVE_INFINITY })
    await idem.run('a', () => 'first')
    await time.advance(10_000 * DAY_MS)
    expect(await idem.run('a', () => 'second')).toBe('first')
    expect((await idem.inspect('a'))?.expiresAt).toBeUndefined()
  })

  it('is the word of the call that settles', async () => {
    const { time, process } = scene()
    const { idem } = process()
    await idem.run('a', () => 'first', { retention: '1s' })
    await time.advance(1_000)
    expect(await idem.run('a', () => 'second')).toBe('second')
  })

  it('ends for failures too, and attempts are counted anew', async () => {
    const { time, process } = scene()
    const { idem } = process({ maxAttempts: 1 })
    await idem.run('a', () => Promise.reject(new Error('no'))).catch(() => {})
    await time.advance(DAY_MS)
    expect(await idem.execute('a', () => 'yes')).toEqual({ value: 'yes', replayed: false, attempt: 1 })
  })

  it('does not end while the attempt runs, however long it runs', async () => {
    const { time, process } = scene()
    const { idem } = process({ retention: '1m', lease: '30s' })
    const slow = watched(idem.run('a', () => new Promise(() => {})))
    await time.advance(10 * 60_000)
    await expect(process().idem.run('a', () => 'no', { onInProgress: 'reject' })).rejects.toMatchObject({
      code: 'IN_PROGRESS',
    })
    expect(slow.state).toBe('pending')
  })

  it.each([['rerun'], ['reject']] as const)('ends for failures too, under `%s`', async (onAbandoned) => {
    const { time, process } = scene()
    const { idem } = process({ onAbandoned, retention: '1m', lease: '1m' })
    await idem.run('a', () => Promise.reject(new Error('no'))).catch(() => {})
    await time.advance(59_999)
    expect(await idem.inspect('a')).toMatchObject({ state: 'failed' })
    await time.advance(1)
    expect(await idem.inspect('a')).toBeUndefined()
  })

  it('begins anew with a greater fence', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const fences = [await idem.run('a', ({ fence }) => fence)]
    await time.advance(DAY_MS)
    fences.push(await idem.run('a', ({ fence }) => fence))
    await idem.forget('a')
    fences.push(await idem.run('a', ({ fence }) => fence))
    expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other))
  })

  it('limits the local cache, whatever its maxAge', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ retention: '1m', cache: { max: 9, maxAge: '1h' } })
    await idem.run('a', () => 'first')
    await time.advance(59_999)
    expect(await idem.run('a', () => 'second')).toBe('first')
    expect(store.count('claim')).toBe(1)
    await time.advance(1)
    expect(await idem.run('a', () => 'second')).toBe('second')
  })

  it('limits the local cache also when the store’s reply was slow', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ retention: '1m', cache: { max: 9, maxAge: '1h' } })
    const later = (ms: number) => new Promise<void>((resolve) => time.schedule(ms, resolve))
    store.coming('complete', async (send) => {
      const answer = await send()
      await later(1_500)
      return answer
    })
    await time.outlast(idem.run('a', () => 'first'))
    await time.advance(58_500)
    expect(await idem.run('a', () => 'second')).toBe('second')

    const other = process({ retention: '1m', cache: { max: 9, maxAge: '1h' } })
    other.store.coming('claim', async (send) => {
      const answer = await send()
      await later(1_500)
      return answer
    })
    expect(await time.outlast(other.idem.run('a', () => 'third'))).toBe('second')
    await time.advance(58_500)
    expect(await other.idem.run('a', () => 'third')).toBe('third')
  })
})

describe('a tombstone', () => {
  const options = { retention: '1m', tombstone: '1h' } as const

  it('remembers after retention that the key was used, and refuses it', async () => {
    const { time, process } = scene()
    const { idem } = process(options)
    await idem.run('a', () => 'first')
    await time.advance(59_999)
    expect(await idem.run('a', () => 'no')).toBe('first')
    await time.advance(1)
    const expired = { name: 'ExpiredKeyError', code: 'EXPIRED_KEY' }
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject(expired)
    expect(await idem.inspect('a')).toBeUndefined()
    await time.advance(3_599_999)
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject(expired)
    await time.advance(1)
    expect(await idem.run('a', () => 'second')).toBe('second')
  })

  it('is refused also to a cache', async () => {
    const { time, process } = scene()
    const { idem } = process({ ...options, cache: { max: 9, maxAge: '1d' } })
    await idem.run('a', () => 'first')
    await time.advance(60_000)
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
  })

  it('is left by a failure that is final, and by none that may be retried', async () => {
    const { time, process } = scene()
    const { idem } = process({ ...options, isRetryable: (error) => (error as Error).message === 'retry' })
    await idem.run('final', () => Promise.reject(new Error('no'))).catch(() => {})
    await idem.run('retry', () => Promise.reject(new Error('retry'))).catch(() => {})
    await time.advance(60_000)
    await expect(idem.run('final', () => 1)).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
    expect(await idem.run('retry', () => 1)).toBe(1)
  })

  it('is left by what an operator resolved', async () => {
    const { time, process } = scene()
    const { idem } = process(options)
    await idem.run('a', () => Promise.reject(new Error('no'))).catch(() => {})
    await idem.resolve('a', 'by hand')
    await time.advance(60_000)
    await expect(idem.run('a', () => 1)).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
  })

  it('can be forgotten', async () => {
    const { time, process } = scene()
    const { idem } = process(options)
    await idem.run('a', () => 'first')
    await time.advance(60_000)
    expect(await idem.forget('a')).toBe(true)
    expect(await idem.run('a', () => 'second')).toBe('second')
  })
})

describe('the record of a running attempt', () => {
  it('is kept for its retention after the last sign of life, so that its abandonment is seen', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ retention: '10m', lease: '30s' })
    watched(idem.run('a', () => new Promise(() => {})))
    await time.advance(300_000)
    store.everything(hangs)
    await time.advance(599_000)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned' })
    await time.advance(2_000)
    expect(await process().idem.inspect('a')).toBeUndefined()
  })

  it('is kept without limit also when it was reported abandoned', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ retention: '10m', onAbandoned: 'reject' })
    store.always('saveStep', rejects)
    const order = idem.run('a', ({ step }) => step('charge', () => 1))
    await expect(time.outlast(order)).rejects.toMatchObject({ code: 'ABANDONED' })
    await time.advance(1_000 * DAY_MS)
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'ABANDONED', attempt: 1 })
  })

  it('is kept without limit where it must not simply run again', async () => {
    for (const onAbandoned of ['reject', () => 'rerun'] as const) {
      const { time, process } = scene()
      const { idem, store } = process({
        retention: '10m',
        lease: '30s',
        onAbandoned: onAbandoned as 'reject',
      })
      watched(idem.run('a', () => new Promise(() => {})))
      await time.advance(300_000)
      store.everything(hangs)
      await time.advance(1_000 * DAY_MS)
      expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned', expiresAt: undefined })
    }
  })
})
