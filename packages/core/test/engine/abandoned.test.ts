import { describe, expect, it } from 'vitest'
import type { Claim } from '../../src/contracts/store'
import { MemoryStore } from '../../src/memory/memory-store'
import type { AttemptOptions } from '../../src/options/options'
import { hangs } from '../support/faulty-store'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** A process took the key and was never heard of again; its lease is over. */
async function crashed(options: AttemptOptions = {}) {
  const { time, process } = scene()
  const first = process(options)
  watched(first.idem.run('a', () => new Promise(() => {})))
  await time.settle()
  first.store.everything(hangs)
  await time.advance(30_000)
  return { time, process, ...process(options) }
}

describe('an abandoned attempt', () => {
  it('is run again as the next attempt, which knows that it takes over', async () => {
    const { idem, store } = await crashed()
    const seen: unknown[] = []
    const run = await idem.execute('a', ({ attempt, takeover }) => {
      seen.push([attempt, takeover])
      return 'done'
    })
    expect(run).toEqual({ value: 'done', replayed: false, attempt: 2 })
    expect(seen).toEqual([[2, true]])
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it.each([
    ['rerun', 'takeover'],
    ['reject', 'reject'],
    [() => 'rerun', 'reconcile'],
  ] as const)('is what the store is asked about in its own words: %s', async (onAbandoned, policy) => {
    const policies: string[] = []
    class AskedStore extends MemoryStore {
      override claim(claim: Claim) {
        policies.push(claim.onAbandoned)
        return super.claim(claim)
      }
    }
    const { process } = scene((clock) => new AskedStore({ clock }))
    await process({ onAbandoned }).idem.run('a', () => 1)
    expect(policies).toEqual([policy])
  })

  it('has a fence that every later attempt exceeds', async () => {
    const { time, process } = scene()
    const fences: number[] = []
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { idem, store } = process()
      watched(idem.run('a', ({ fence }) => new Promise(() => fences.push(fence))))
      await time.settle()
      store.everything(hangs)
      await time.advance(30_000)
    }
    expect(fences).toHaveLength(3)
    expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other))
  })

  it('is no takeover for an attempt after the one that took over, when that one failed', async () => {
    const { idem } = await crashed()
    await expect(idem.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await idem.run('a', ({ attempt, takeover }) => [attempt, takeover])).toEqual([3, false])
  })

  it('is not run again under `reject`, by nobody, until an operator resolves it', async () => {
    const { time, process, idem, store } = await crashed({ onAbandoned: 'reject' })
    let runs = 0
    for (const call of [
      idem.run('a', () => ++runs),
      process({ onAbandoned: 'reject' }).idem.run('a', () => ++runs),
    ]) {
      await expect(call).rejects.toMatchObject({ name: 'AbandonedError', code: 'ABANDONED', attempt: 1 })
      await expect(call).rejects.toThrow('knowing how; find out')
    }
    await time.advance(365 * 86_400_000)
    await expect(idem.run('a', () => ++runs)).rejects.toMatchObject({ code: 'ABANDONED' })
    expect(await idem.resolve('a', 'by hand')).toBe(true)
    expect(await idem.run('a', () => ++runs)).toBe('by hand')
    expect(runs).toBe(0)
    expect(store.count('complete')).toBe(0)
  })

  it('is forgotten with its retention where it may simply run again', async () => {
    const { time, idem } = await crashed()
    await time.advance(86_400_000 - 30_000)
    expect(await idem.run('a', ({ attempt, takeover }) => [attempt, takeover])).toEqual([1, false])
  })

  it('counts against maxAttempts; the one that would be too many is refused', async () => {
    const { time, process, idem } = await crashed({ maxAttempts: 2 })
    watched(idem.run('a', () => new Promise(() => {})))
    await time.settle()
    const second = process({ maxAttempts: 2 })
    await time.advance(3_600_000 + 30_000)
    await expect(second.idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'ABANDONED', attempt: 2 })
    expect(await second.idem.run('a', () => 'yes', { maxAttempts: 3 })).toBe('yes')
  })

  it('is waited for until its lease is over: a caller that finds it silent does not know that it crashed', async () => {
    const { time, process } = scene()
    const first = process()
    watched(first.idem.run('a', () => new Promise(() => {})))
    await time.settle()
    first.store.everything(hangs)
    await time.advance(15_000)
    const waiter = watched(process({ onAbandoned: 'reject' }).idem.run('a', () => 'no'))
    await time.advance(14_999)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.error).toMatchObject({ code: 'ABANDONED', attempt: 1 })
  })
})
