import { describe, expect, it } from 'vitest'
import { passes, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'

describe('running once', () => {
  it('runs the handler once for a key, and gives every later caller its value', async () => {
    const { process } = scene()
    const { idem } = process()
    let runs = 0
    for (let call = 0; call < 3; call++) {
      expect(await idem.run('order-1', () => ({ runs: ++runs }))).toEqual({ runs: 1 })
    }
  })

  it('runs once for all processes', async () => {
    const { process } = scene()
    expect(await process().idem.run('order-1', () => 'first')).toBe('first')
    expect(await process().idem.run('order-1', () => 'second')).toBe('first')
  })

  it('says whether the value is another call’s, and of which attempt', async () => {
    const { process } = scene()
    const { idem } = process()
    expect(await idem.execute('order-1', () => 'paid')).toEqual({
      value: 'paid',
      replayed: false,
      attempt: 1,
    })
    expect(await idem.execute('order-1', () => 'no')).toEqual({ value: 'paid', replayed: true, attempt: 1 })
  })

  it('takes handlers that are not asynchronous, even those that throw', async () => {
    const { process } = scene()
    const { idem } = process()
    expect(await idem.run('a', () => 1)).toBe(1)
    const error = new RangeError('no')
    const failing = idem.run('b', () => {
      throw error
    })
    await expect(failing).rejects.toBe(error)
  })

  it('keeps keys, scopes, names and namespaces apart', async () => {
    const { process } = scene()
    const { idem } = process()
    const other = process({ namespace: 'other' }).idem
    const values = [
      await idem.run('a', () => 1),
      await idem.run('b', () => 2),
      await idem.run('a', () => 3, { scope: 's' }),
      await idem.run('a', () => 4, { name: 's' }),
      await idem.run(['a', 'b:c'], () => 5),
      await idem.run(['a:b', 'c'], () => 6),
      await idem.run(['s', 'a'], () => 7),
      await other.run('a', () => 8),
    ]
    expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('tells the handler its stored key, attempt, fence and whether it takes over', async () => {
    const { time, process } = scene()
    const seen = await process().idem.run(
      'a',
      ({ key, attempt, fence, takeover, signal }) => ({
        ...{ key, attempt, fence, takeover },
        aborted: signal.aborted,
      }),
      { scope: 'tenant', name: ['pay', 'card'] },
    )
    expect(seen).toEqual({
      key: 'idem:pay,card:tenant:a',
      attempt: 1,
      fence: time.clock() * 1000,
      takeover: false,
      aborted: false,
    })
  })

  it('leaves no timer behind but the idle alarm, which vanishes when it fires', async () => {
    const { time, process } = scene()
    const { idem } = process()
    await idem.run('a', () => 1)
    await idem.run('a', () => 1)
    expect(time.timers).toBe(0)
    expect(time.backgroundTimers).toBeLessThanOrEqual(1)
    await time.advance(3_600_000)
    expect(time.backgroundTimers).toBe(0)
  })
})

describe('what a call leaves behind', () => {
  it('is no alarm for a store call that was answered, or failed', async () => {
    for (const fate of [passes, rejects]) {
      const { time, process } = scene()
      const { idem, store } = process({ storeTimeout: '1h' })
      await idem.inspect('a')
      await time.advance(1_800_000)
      store.coming('delete', fate)
      await idem.forget('a').catch(() => {})
      // The timer of the first call outlasts it, finds nothing to do, and is not set again.
      await time.advance(1_800_000)
      expect([time.timers, time.backgroundTimers]).toEqual([0, 0])
    }
  })
})

describe('round trips', () => {
  it('are two for a first run and one for a replay', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await idem.run('a', () => 1)
    expect(store.calls).toEqual(['claim', 'complete'])
    await idem.run('a', () => 1)
    expect(store.calls).toEqual(['claim', 'complete', 'claim'])
  })

  it('are two for a failure', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await idem.run('a', () => Promise.reject(new Error('no'))).catch(() => {})
    expect(store.calls).toEqual(['claim', 'fail'])
  })

  it('are none for a replay from the local cache', async () => {
    const { process } = scene()
    const { idem, store } = process({ cache: { max: 10, maxAge: '1m' } })
    await idem.run('a', () => 'paid')
    expect(await idem.execute('a', () => 'no')).toEqual({ value: 'paid', replayed: true, attempt: 1 })
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it('are none for a duplicate that joins in the same process', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const answer = gate<string>()
    const calls = Array.from({ length: 200 }, () => idem.run('a', () => answer.promise))
    answer.open('paid')
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['paid']))
    expect(store.calls).toEqual(['claim', 'complete'])
  })

  it('are repeated only after a failure', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('claim', rejects)
    store.coming('complete', rejects, rejects)
    expect(await time.outlast(idem.run('a', () => 1))).toBe(1)
    expect(store.calls).toEqual(['claim', 'claim', 'complete', 'complete', 'complete'])
  })
})

describe('values', () => {
  it('equal each replay and share no memory with it, nor with what the handler kept', async () => {
    const { process } = scene()
    const { idem } = process({ cache: { max: 1, maxAge: '1m' } })
    const kept = { at: new Date(5), items: [1n, undefined, Number.NaN, -0], map: new Map([['a', 1]]) }
    const expected = structuredClone(kept)
    const release = gate()
    const first = idem.run('a', async () => {
      await release.promise
      return kept
    })
    const joined = idem.run('a', () => kept)
    release.open()
    const values = [
      await first,
      await joined,
      await idem.run('a', () => kept),
      await process().idem.run('a', () => kept),
    ]
    for (const value of values) expect(value).toEqual(expected)
    expect(new Set([kept, ...values]).size).toBe(5)
    expect(new Set([kept.items, ...values.map(({ items }) => items)]).size).toBe(5)
    ;(values[0] as typeof kept).items.push(9)
    kept.items.push(8)
    expect(await idem.run('a', () => kept)).toEqual(expected)
  })

  it('are what the handler returned, whatever it does with them afterwards', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const sent = gate()
    const value = { state: 'paid' }
    store.coming('complete', async (send) => {
      await sent.promise
      return send()
    })
    const call = idem.run('a', () => value)
    await time.settle()
    value.state = 'mutated'
    sent.open()
    expect(await call).toEqual({ state: 'paid' })
    expect(await idem.run('a', () => value)).toEqual({ state: 'paid' })
  })

  it('may be undefined', async () => {
    const { process } = scene()
    const { idem } = process()
    expect(await idem.run('a', () => undefined)).toBeUndefined()
    expect(await idem.execute('a', () => undefined)).toEqual({
      value: undefined,
      replayed: true,
      attempt: 1,
    })
  })
})
