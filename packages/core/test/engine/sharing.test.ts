import { describe, expect, it } from 'vitest'
import { OperationFailedError } from '../../src/errors'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

describe('sharing in one process', () => {
  it('gives the value of the running attempt to every duplicate', async () => {
    const { process } = scene()
    const { idem } = process()
    const answer = gate<string>()
    const first = idem.execute('a', () => answer.promise)
    const second = idem.execute('a', () => 'second')
    answer.open('first')
    expect(await first).toEqual({ value: 'first', replayed: false, attempt: 1 })
    expect(await second).toEqual({ value: 'first', replayed: true, attempt: 1 })
  })

  it('gives the failure of the running attempt to every duplicate, and runs no other attempt for them', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const error = Object.assign(new RangeError('declined'), { code: 'E_CARD', details: { left: 3 } })
    let runs = 0
    const answer = gate()
    const handler = async () => {
      runs++
      await answer.promise
      throw error
    }
    const first = watched(idem.run('a', handler))
    const second = watched(idem.run('a', handler))
    answer.open()
    await expect(first.promise).rejects.toBe(error)
    await expect(second.promise).rejects.toEqual(
      new OperationFailedError(
        { name: 'RangeError', message: 'declined', code: 'E_CARD', details: { left: 3 } },
        1,
      ),
    )
    expect(runs).toBe(1)
    expect(store.calls).toEqual(['claim', 'fail'])
  })

  it('gives each duplicate an error of its own', async () => {
    const { process } = scene()
    const { idem } = process()
    const answer = gate<number>()
    const first = watched(idem.run('a', () => answer.promise))
    const others = [watched(idem.run('a', () => 1)), watched(idem.run('a', () => 1))]
    answer.fail(new Error('no'))
    await Promise.allSettled([first, ...others].map(({ promise }) => promise))
    expect(others[0]?.error).toBeInstanceOf(OperationFailedError)
    expect(others[0]?.error).not.toBe(others[1]?.error)
  })

  it('ends with the attempt: the call after a failure makes an attempt of its own', async () => {
    const { process } = scene()
    const { idem } = process()
    await expect(idem.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await idem.execute('a', () => 'yes')).toEqual({ value: 'yes', replayed: false, attempt: 2 })
  })

  it('lets a handler run another key', async () => {
    const { process } = scene()
    const { idem } = process()
    expect(await idem.run('a', () => idem.run('b', () => 'inner'))).toBe('inner')
  })

  it('keeps the policies of each duplicate its own', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const answer = gate<string>()
    const leader = watched(idem.run('a', () => answer.promise, { onInProgress: 'reject' }))
    await time.settle()
    const impatient = watched(idem.run('a', () => 'no', { onInProgress: 'reject' }))
    const brief = watched(idem.run('a', () => 'no', { waitTimeout: '2s' }))
    const patient = watched(idem.run('a', () => 'no', { waitTimeout: '1h' }))
    await time.settle()
    expect(impatient.error).toMatchObject({ code: 'IN_PROGRESS', retryAfterMs: 30_000 })
    await time.advance(1_999)
    expect(brief.state).toBe('pending')
    await time.advance(1)
    expect(brief.error).toMatchObject({ code: 'IN_PROGRESS', retryAfterMs: 28_000 })
    answer.open('done')
    expect([await leader.promise, await patient.promise]).toEqual(['done', 'done'])
    await time.advance(3_600_000)
    expect(time.timers).toBe(0)
  })

  it('counts the patience of a duplicate from its own call', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const answer = gate<string>()
    const leader = idem.run('a', () => answer.promise)
    await time.advance(25_000)
    const duplicate = watched(idem.run('a', () => 'no'))
    await time.advance(29_999)
    expect(duplicate.state).toBe('pending')
    await time.advance(1)
    expect(duplicate.error).toMatchObject({ code: 'IN_PROGRESS' })
    answer.open('done')
    expect(await leader).toBe('done')
  })

  it('tells a duplicate how long the lease has still to run, as it was last renewed', async () => {
    const { time, process } = scene()
    const { idem } = process({ lease: '9s' })
    const answer = gate<string>()
    const leader = idem.run('a', () => answer.promise)
    await time.advance(3_600)
    await expect(idem.run('a', () => 'no', { onInProgress: 'reject' })).rejects.toMatchObject({
      retryAfterMs: 8_400,
    })
    await time.advance(60_000)
    const refused = watched(idem.run('a', () => 'no', { onInProgress: 'reject' }))
    await time.settle()
    expect((refused.error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(5_000)
    answer.open('done')
    await leader
  })

  it('waits for a claim that is under way without asking whether it may wait', async () => {
    const { process } = scene()
    const { idem } = process({ onInProgress: 'reject' })
    await process().idem.run('a', () => 'before')
    expect(await Promise.all([idem.run('a', () => 'no'), idem.run('a', () => 'no')])).toEqual([
      'before',
      'before',
    ])
  })
})

describe('sharing of what no attempt gave', () => {
  it('gives a refusal to every caller, each an error of its own', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await idem.run('a', () => 1, { fingerprint: 1 })
    const calls = [1, 2, 3].map(() => watched(idem.run('a', () => 2, { fingerprint: 2 })))
    await Promise.allSettled(calls.map(({ promise }) => promise))
    for (const { error } of calls) expect(error).toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
    expect(new Set(calls.map(({ error }) => error)).size).toBe(3)
    expect(store.count('claim')).toBe(2)
  })
})
