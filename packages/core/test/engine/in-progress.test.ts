import { describe, expect, it } from 'vitest'
import { hangs } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** An attempt that began 10 s ago in another process, whose lease has 30 s to run. */
async function busyElsewhere() {
  const { time, process } = scene()
  const answer = gate<string>()
  const running = watched(process().idem.run('a', () => answer.promise))
  await time.advance(10_000)
  const { idem, store, told } = process()
  return { time, process, answer, running, idem, store, told }
}

const inProgress = { name: 'InProgressError', code: 'IN_PROGRESS' }

describe('a running attempt', () => {
  it('is refused at once to who does not wait, with the time that its lease has left', async () => {
    const { time, idem, store } = await busyElsewhere()
    await time.advance(4_000)
    await expect(idem.run('a', () => 'no', { onInProgress: 'reject' })).rejects.toMatchObject({
      ...inProgress,
      retryAfterMs: 26_000,
    })
    expect(store.calls).toEqual(['claim'])
    expect(time.timers).toBe(0)
  })

  it('is refused at once to who has no time', async () => {
    const { idem } = await busyElsewhere()
    await expect(idem.run('a', () => 'no', { waitTimeout: 0 })).rejects.toMatchObject(inProgress)
  })

  it('is refused after waitTimeout, counted from the call', async () => {
    const { time, idem } = await busyElsewhere()
    const waiter = watched(idem.run('a', () => 'no'))
    await time.advance(29_999)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.error).toMatchObject(inProgress)
    await time.advance(2_000)
    expect(time.timers).toBe(0)
  })

  it('is refused after waitTimeout, counted from the call, however late the store says that it runs', async () => {
    const { time, idem, store } = await busyElsewhere()
    store.coming('claim', hangs)
    const waiter = watched(idem.run('a', () => 'no'))
    await time.advance(29_999)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.error).toMatchObject(inProgress)
  })

  it('is waited for without limit by who asks for it', async () => {
    const { time, idem, answer } = await busyElsewhere()
    const waiter = watched(idem.run('a', () => 'no', { waitTimeout: Number.POSITIVE_INFINITY }))
    await time.advance(3_000_000)
    expect(waiter.state).toBe('pending')
    answer.open('done')
    await time.settle()
    expect(waiter.value).toBe('done')
  })

  it('tells who gave up how long the lease was when it was last seen', async () => {
    const { time, idem } = await busyElsewhere()
    const waiter = watched(idem.run('a', () => 'no', { waitTimeout: '1s' }))
    await time.advance(1_000)
    expect(waiter.error).toMatchObject({ retryAfterMs: 29_000 })
  })

  it('is left by each caller by its own policy: the one that leads is refused, the other waits on', async () => {
    const { time, idem, answer, store } = await busyElsewhere()
    const leader = watched(idem.run('a', () => 'no', { onInProgress: 'reject' }))
    const joiner = watched(idem.run('a', () => 'no'))
    await time.advance(1_000)
    expect(leader.error).toMatchObject(inProgress)
    expect(joiner.state).toBe('pending')
    answer.open('done')
    await time.settle()
    expect(joiner.value).toBe('done')
    expect(store.count('watch')).toBe(1)
  })

  it('is left by each caller by its own policy: the one that leads waits, the others go', async () => {
    const { time, idem, answer } = await busyElsewhere()
    const leader = watched(idem.run('a', () => 'no', { waitTimeout: '20s' }))
    const early = watched(idem.run('a', () => 'no', { onInProgress: 'reject' }))
    await time.advance(5_000)
    const late = watched(idem.run('a', () => 'no', { onInProgress: 'reject' }))
    const brief = watched(idem.run('a', () => 'no', { waitTimeout: '3s' }))
    await time.advance(2_999)
    expect([early.state, late.state, brief.state]).toEqual(['rejected', 'rejected', 'pending'])
    await time.advance(1)
    expect(brief.error).toMatchObject(inProgress)
    answer.open('done')
    await time.settle()
    expect(leader.value).toBe('done')
    expect(time.timers).toBe(0)
  })

  it('is asked for anew by who comes when all others have gone', async () => {
    const { time, idem, answer, store } = await busyElsewhere()
    for (let call = 1; call <= 3; call++) {
      await expect(idem.run('a', () => 'no', { onInProgress: 'reject' })).rejects.toMatchObject(inProgress)
      expect(store.count('claim')).toBe(call)
    }
    answer.open('done')
    await time.settle()
    expect(await idem.run('a', () => 'no', { onInProgress: 'reject' })).toBe('done')
  })

  it('is not refused to the caller whose handler it is', async () => {
    const { time, process } = scene()
    const { idem } = process({ onInProgress: 'reject' })
    const answer = gate<string>()
    const own = watched(idem.run('a', () => answer.promise))
    await time.advance(60_000)
    answer.open('done')
    expect(await own.promise).toBe('done')
  })

  it('no longer limits the patience of a waiter that has taken over', async () => {
    const { time, process } = scene()
    const { idem: crashing, store } = process({ lease: '5s' })
    const crashed = watched(crashing.run('a', () => new Promise(() => {})))
    await time.settle()
    store.everything(() => new Promise(() => {}))
    const answer = gate<string>()
    const waiter = watched(process().idem.run('a', () => answer.promise, { waitTimeout: '6s' }))
    await time.advance(60_000)
    expect(waiter.state).toBe('pending')
    answer.open('mine')
    expect(await waiter.promise).toBe('mine')
    expect(crashed.state).toBe('pending')
  })
})
