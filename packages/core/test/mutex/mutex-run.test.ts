import { describe, expect, it } from 'vitest'
import { LockLostError } from '../../src/errors'
import { watched } from '../support/watched'
import { mutexScene } from './mutex-scene'

const NAME = 'idem:door'

describe('Mutex.run that loses the lock', () => {
  it('throws LockLostError although the function has succeeded, once it has ended', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('fails', 'extend')
    let ended = false
    const running = watched(
      mutex.run('door', async () => {
        await new Promise<void>((resolve) => time.schedule(20_000, resolve))
        ended = true
        return 'done'
      }),
    )
    await time.advance(19_999)
    expect(running.state).toBe('pending')
    await time.advance(1)
    expect(ended).toBe(true)
    expect(running.error).toBeInstanceOf(LockLostError)
  })

  it('throws LockLostError after a function that kept the process busy for too long', async () => {
    const { mutex, time } = mutexScene()
    const busy = mutex.run('door', () => {
      time.freeze(9_501)
      return 'done'
    })
    await expect(busy).rejects.toThrow(LockLostError)
  })

  it('throws LockLostError if only the release shows that the lock was gone', async () => {
    const { mutex, store } = mutexScene()
    const running = mutex.run('door', () => store.inner.release({ name: NAME, owner: 'token-1' }))
    await expect(running).rejects.toThrow(LockLostError)
  })

  it('has what the function threw as the cause', async () => {
    const { mutex, time } = mutexScene()
    const error = new Error('aborted')
    const running = mutex.run('door', () => {
      time.freeze(9_501)
      throw error
    })
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST', cause: error })
  })

  it('throws the loss itself if that is what the function threw', async () => {
    const { mutex, time } = mutexScene()
    let reason: unknown
    const running = mutex.run('door', (lock) => {
      time.freeze(9_501)
      reason = lock.signal.reason
      throw reason
    })
    await expect(running).rejects.toBeInstanceOf(LockLostError)
    await expect(running).rejects.toBe(reason)
  })

  it('gives the lock back', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('fails', 'extend')
    const running = watched(
      mutex.run('door', () => new Promise<void>((resolve) => time.schedule(9_600, resolve))),
    )
    await time.advance(9_600)
    expect(running.error).toBeInstanceOf(LockLostError)
    expect(await store.inner.isHeld(NAME)).toBe(false)
  })

  it('gives the value of work that was done while the lock was held, although the release fails', async () => {
    const { mutex, store, time } = mutexScene()
    store.always('hangs', 'release')
    const running = watched(mutex.run('door', () => 'done'))
    await time.advance(20_000)
    expect(running).toMatchObject({ state: 'resolved', value: 'done' })
  })
})
