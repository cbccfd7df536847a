import { describe, expect, it } from 'vitest'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

describe('Mutex that watches', () => {
  it('goes on looking when the watch fails', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'fails')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(1_000)
    await rivalLeaves()
    await time.advance(500)
    expect(waiting.state).toBe('resolved')
  })

  it('goes on looking as long as the watch is not in place', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'hangs')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(1_000)
    await rivalLeaves()
    await time.advance(500)
    expect(waiting.state).toBe('resolved')
  })

  it('goes on looking while the watch is deaf', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    let tell = (_deaf?: boolean) => {}
    store.watch = async (_name, onChange) => {
      tell = onChange
    }
    await rival(60_000)
    const waiting = watched(mutex.acquire('door', { wait: '1m' }))
    await time.advance(100)
    await rivalLeaves()
    tell(true)
    await rival(60_000)
    await time.advance(1_000)
    await rivalLeaves()
    await time.advance(500)
    expect(waiting.state).toBe('resolved')
  })

  it('looks once more when the watch is in place: the lock may have been given back before', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    store.script('watch', 'late')
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(900)
    await rivalLeaves()
    store.letThrough()
    await time.advance(0)
    expect(waiting.state).toBe('resolved')
  })

  it('does not miss a change during the look itself', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(50)
    store.script('acquire', 'held back')
    await rivalLeaves()
    await rival(60_000)
    await time.advance(0)
    await rivalLeaves()
    store.letThrough()
    await time.advance(10)
    expect(waiting.state).toBe('resolved')
  })

  it('looks at most every 10 ms, however often the store calls', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    await rival(60_000)
    const waiting = watched(mutex.acquire('door', { wait: 1_000 }))
    await time.advance(1)
    for (let ms = 0; ms < 500; ms++) {
      await rivalLeaves()
      await rival(60_000)
      await time.advance(1)
    }
    expect(waiting.state).toBe('pending')
    expect(store.count('acquire')).toBeLessThanOrEqual(52)
    expect(store.count('acquire')).toBeGreaterThan(20)
  })

  it('ends its watch when it has the lock', async () => {
    const { mutex, store, time, rival, rivalLeaves } = mutexScene({ watch: true })
    const signals: AbortSignal[] = []
    const watch = store.watch?.bind(store)
    store.watch = async (name, onChange, signal) => {
      signals.push(signal)
      await watch?.(name, onChange, signal)
    }
    await rival(60_000)
    const waiting = watched(mutex.acquire('door'))
    await time.advance(100)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await rivalLeaves()
    await time.advance(0)
    expect(waiting.state).toBe('resolved')
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
