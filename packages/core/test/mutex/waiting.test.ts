import { describe, expect, it, vi } from 'vitest'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

describe.each([{ watch: false }, { watch: true }])(
  'Mutex that waits, with a store that has watch: $watch',
  (how) => {
    it('gives up after `wait`, of the call or else of the mutex or else 3 s, with an error that says so', async () => {
      for (const [options, call, waitMs] of [
        [{}, {}, 3_000],
        [{ wait: '5s' }, {}, 5_000],
        [{ wait: '5s' }, { wait: 70 }, 70],
      ] as const) {
        const { mutex, time, rival } = mutexScene({ ...how, ...options })
        await rival(60_000)
        const waiting = watched(mutex.acquire('door', call))
        await time.advance(waitMs - 1)
        expect(waiting.state).toBe('pending')
        await time.advance(1)
        expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'LOCK_NOT_ACQUIRED' } })
        expect((waiting.error as Error).message).toContain(`"door" is held by somebody else`)
        expect((waiting.error as Error).message).toContain(`${waitMs} ms`)
        expect(time.timers + time.backgroundTimers).toBe(0)
      }
    })

    it('looks once more at the end of its time', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const waiting = watched(mutex.acquire('door', { wait: 3_000 }))
      await time.advance(2_999)
      await rivalLeaves()
      await time.advance(1)
      expect(waiting.state).toBe('resolved')
    })

    it('takes the lock when the holder gives it back', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(1_234)
      await rivalLeaves()
      await time.advance(how.watch ? 0 : 500)
      expect(waiting.state).toBe('resolved')
    })

    it('takes the lock soon after the time of a silent holder has run out', async () => {
      const { mutex, time, rival } = mutexScene({ ...how, wait: Number.POSITIVE_INFINITY })
      await rival(47_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(46_999)
      expect(waiting.state).toBe('pending')
      await time.advance(12)
      expect(waiting.state).toBe('resolved')
    })

    it('does not hammer the store', async () => {
      const { mutex, store, time, rival } = mutexScene({ ...how, wait: '1m' })
      await rival(120_000)
      const waiting = watched(mutex.acquire('door'))
      await time.advance(60_000)
      expect(waiting.state).toBe('rejected')
      expect(store.count('acquire')).toBeLessThanOrEqual(60_000 / (how.watch ? 1_000 : 250) + 10)
      expect(store.count('watch')).toBe(how.watch ? 1 : 0)
    })

    it('leaves with the reason of its signal, leaves the lock alone and no timer behind', async () => {
      const { mutex, store, time, rival, rivalLeaves } = mutexScene(how)
      await rival(60_000)
      const leave = new AbortController()
      const waiting = watched(mutex.acquire('door', { signal: leave.signal }))
      await time.advance(500)
      leave.abort(new Error('tired'))
      await time.settle()
      expect(waiting).toMatchObject({ state: 'rejected', error: new Error('tired') })
      expect(time.timers + time.backgroundTimers).toBe(0)
      const asked = store.calls.length
      await rivalLeaves()
      await time.advance(10_000)
      expect(store.calls.length).toBe(asked)
      expect(await store.inner.isHeld('idem:door')).toBe(false)
    })

    it('does not ask the store if the signal has aborted before', async () => {
      const { mutex, store } = mutexScene(how)
      const reason = new Error('too late')
      await expect(mutex.acquire('door', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(mutex.run('door', () => 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(store.calls).toEqual([])
    })

    it('leaves nothing on a signal that outlives many acquisitions', async () => {
      const { mutex, time, rival, rivalLeaves } = mutexScene(how)
      const { signal } = new AbortController()
      const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
      await rival(60_000)
      const waiting = watched(mutex.acquire('door', { signal }))
      await time.advance(1_000)
      await rivalLeaves()
      await time.advance(500)
      expect(waiting.state).toBe('resolved')
      expect(add.mock.calls.length).toBeGreaterThan(2)
      expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(
        add.mock.calls.map(([, listener]) => listener),
      )
    })

    it('does not mind a signal that aborts when the lock is held', async () => {
      const { mutex, time } = mutexScene(how)
      const leave = new AbortController()
      const lock = await mutex.acquire('door', { signal: leave.signal })
      leave.abort()
      await time.advance(30_000)
      expect(lock.signal.aborted).toBe(false)
      expect(await lock.isHeld()).toBe(true)
    })
  },
)
