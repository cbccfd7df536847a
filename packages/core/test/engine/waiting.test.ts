import { describe, expect, it } from 'vitest'
import { OperationFailedError } from '../../src/errors'
import { answersAfter, arrivesAfter, hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

/** An attempt that runs in one process, and a second process that wants the same. */
async function busyElsewhere({ watch = true, waitTimeout = 30_000, lease = 30_000 } = {}) {
  const { time, process } = scene()
  const one = process({ lease })
  const two = process({ watch, waitTimeout, lease })
  const answer = gate<string>()
  const running = watched(one.idem.run('a', () => answer.promise))
  await time.settle()
  return { time, process, one, two, answer, running }
}

describe('waiting for another process', () => {
  it('ends at once when the store tells of the answer', async () => {
    const { time, two, answer } = await busyElsewhere()
    const waiter = watched(two.idem.execute('a', () => 'no'))
    await time.advance(1_500)
    expect(waiter.state).toBe('pending')
    expect(two.store.calls).toEqual(['claim', 'watch', 'claim'])
    answer.open('done')
    await time.settle()
    expect(waiter.value).toEqual({ value: 'done', replayed: true, attempt: 1 })
    expect(two.store.calls).toEqual(['claim', 'watch', 'claim', 'claim'])
    expect(time.timers).toBe(0)
  })

  it('looks by itself, ever more rarely, while the watch is deaf, and no longer when it hears again', async () => {
    const { time, two } = await busyElsewhere()
    let tell = (_deaf?: boolean) => {}
    two.store.always('watch', async () => {})
    const { watch } = two.store
    two.store.watch = (key, onChange, signal) => {
      tell = onChange
      return watch?.(key, onChange, signal) ?? Promise.resolve()
    }
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    expect(two.store.count('claim')).toBe(2)
    tell(true)
    await time.settle()
    expect(two.store.count('claim')).toBe(3)
    await time.advance(100)
    const soon = two.store.count('claim')
    expect(soon).toBeGreaterThan(5)
    await time.advance(1_000)
    expect(two.store.count('claim') - soon).toBeLessThan(8)
    tell()
    await time.settle()
    const heard = two.store.count('claim')
    await time.advance(900)
    expect(two.store.count('claim')).toBe(heard)
    expect(waiter.state).toBe('pending')
  })

  it('looks by itself while the watch is not in place yet', async () => {
    const { time, two, answer } = await busyElsewhere()
    two.store.coming('watch', hangs)
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    answer.open('done')
    await time.advance(50)
    expect(waiter.value).toBe('done')
  })

  it('sees an answer that came between the claim and the watch', async () => {
    const { time, two, answer } = await busyElsewhere()
    const placing = gate()
    two.store.coming('watch', arrivesAfter(placing.promise))
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    answer.open('done')
    await time.settle()
    expect(waiter.state).toBe('pending')
    placing.open()
    await time.settle()
    expect(waiter.value).toBe('done')
  })

  it('sees an answer that comes while it looks', async () => {
    const { time, two, answer } = await busyElsewhere()
    const looking = gate()
    two.store.coming('claim', answersAfter(Promise.resolve()), answersAfter(looking.promise))
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    answer.open('done')
    await time.settle()
    looking.open()
    await time.settle()
    expect(waiter.value).toBe('done')
  })

  it('looks once for each change that the store tells of, needed or not', async () => {
    const { time, two } = await busyElsewhere()
    let tell: (() => void) | undefined
    two.store.always('watch', async () => {})
    const { watch } = two.store
    Object.assign(two.store, {
      watch: (key: string, onChange: () => void, signal: AbortSignal) => {
        tell = onChange
        return watch?.(key, onChange, signal)
      },
    })
    watched(two.idem.run('a', () => 'no'))
    await time.settle()
    expect(two.store.count('claim')).toBe(2)
    for (let look = 3; look <= 5; look++) {
      tell?.()
      tell?.()
      await time.advance(100)
      expect(two.store.count('claim')).toBe(look)
    }
  })

  it('hears the store also while it places the watch', async () => {
    const { time, two } = await busyElsewhere()
    two.store.watch = (_, onChange) => {
      onChange()
      return new Promise(() => {})
    }
    watched(two.idem.run('a', () => 'no'))
    await time.settle()
    expect([two.store.count('claim'), two.told()]).toEqual([2, ['waiting']])
  })

  it('polls up to twice as often as it must, by chance, so that waiters do not all look at once', async () => {
    const { time, two } = await busyElsewhere({ watch: false })
    time.random = () => 0
    watched(two.idem.run('a', () => 'no'))
    await time.advance(5)
    expect(two.store.count('claim')).toBe(2)
    await time.advance(9)
    expect(two.store.count('claim')).toBe(2)
    await time.advance(1)
    expect(two.store.count('claim')).toBe(3)
  })

  it('polls where the store cannot tell, more and more rarely', async () => {
    const { time, two, answer } = await busyElsewhere({ watch: false })
    const waiter = watched(two.idem.run('a', () => 'no'))
    const looks = []
    for (let second = 0; second < 5; second++) {
      const before = two.store.count('claim')
      await time.advance(1_000)
      looks.push(two.store.count('claim') - before)
    }
    // After 10, 20, 40, 80, 160, 320 ms; then every half second.
    expect(looks).toEqual([6, 2, 2, 2, 2])
    answer.open('done')
    await time.advance(500)
    expect(waiter.value).toBe('done')
    expect(time.timers).toBe(0)
  })

  it('polls when the watch fails or hangs', async () => {
    for (const fate of [rejects, hangs]) {
      const { time, two, answer } = await busyElsewhere()
      two.store.always('watch', fate)
      const waiter = watched(two.idem.run('a', () => 'no'))
      await time.advance(2_000)
      expect(two.store.count('watch')).toBe(1)
      answer.open('done')
      await time.advance(500)
      expect(waiter.value).toBe('done')
    }
  })

  it('does not rely on a watch for more than two seconds: it may have gone deaf', async () => {
    const { time, two, answer } = await busyElsewhere()
    two.store.always('watch', async () => {})
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    answer.open('done')
    await time.advance(1_999)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.value).toBe('done')
  })

  it('looks again when the lease is over, not later', async () => {
    const { time, one, two } = await busyElsewhere({ lease: 700 })
    one.store.everything(hangs)
    const waiter = watched(two.idem.execute('a', () => 'mine'))
    await time.advance(699)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.value).toEqual({ value: 'mine', replayed: false, attempt: 2 })
  })

  it('looks again when the lease is over, also where it polls', async () => {
    const { time, one, two } = await busyElsewhere({ lease: 700, watch: false })
    one.store.everything(hangs)
    const waiter = watched(two.idem.execute('a', () => 'mine'))
    await time.advance(699)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.value).toEqual({ value: 'mine', replayed: false, attempt: 2 })
  })

  it('takes over from an owner that crashed', async () => {
    const { time, one, two, running } = await busyElsewhere()
    one.store.everything(hangs)
    const seen: unknown[] = []
    const waiter = two.idem.run(
      'a',
      ({ attempt, takeover }) => {
        seen.push({ attempt, takeover })
        return 'mine'
      },
      { waitTimeout: '1m' },
    )
    expect(await time.outlast(waiter)).toBe('mine')
    expect(seen).toEqual([{ attempt: 2, takeover: true }])
    expect(running.state).toBe('pending')
  })

  it('goes on for as long as a living owner renews its lease', async () => {
    const { time, two, answer } = await busyElsewhere({ waitTimeout: 3_600_000 })
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.advance(600_000)
    expect(waiter.state).toBe('pending')
    answer.open('done')
    await time.settle()
    expect(waiter.value).toBe('done')
  })

  it('shares the failure of the attempt, and runs no other because of it', async () => {
    for (const watch of [true, false]) {
      const { time, two, answer } = await busyElsewhere({ watch })
      let runs = 0
      const waiter = watched(two.idem.run('a', () => ++runs))
      await time.advance(50)
      answer.fail(new Error('declined'))
      await time.advance(500)
      expect(waiter.error).toEqual(new OperationFailedError({ name: 'Error', message: 'declined' }, 1))
      expect(runs).toBe(0)
      expect(await two.idem.execute('a', () => 'next')).toMatchObject({ attempt: 2, replayed: false })
    }
  })

  it('shares the failure of the attempt that took over from the one it waited for', async () => {
    const { time, process, one, two } = await busyElsewhere({ watch: false })
    one.store.everything(hangs)
    const waiter = watched(two.idem.run('a', () => 'no', { waitTimeout: '5m', onAbandoned: 'reject' }))
    await time.advance(29_900)
    two.store.coming('claim', arrivesAfter(new Promise((resolve) => time.schedule(300, () => resolve(0)))))
    await time.advance(200)
    const third = watched(process().idem.run('a', () => Promise.reject(new Error('declined'))))
    await time.settle()
    expect(third.error).toEqual(new Error('declined'))
    await time.advance(1_000)
    expect(waiter.error).toEqual(new OperationFailedError({ name: 'Error', message: 'declined' }, 2))
  })

  it('gives many waiters in many processes one answer of one run', async () => {
    const { time, process, answer } = await busyElsewhere()
    let runs = 0
    const waiters = Array.from({ length: 20 }, (_, index) => process({ watch: index % 2 === 0 })).flatMap(
      ({ idem }) => [watched(idem.run('a', () => ++runs)), watched(idem.run('a', () => ++runs))],
    )
    await time.advance(5_000)
    answer.open('done')
    await time.advance(500)
    expect(new Set(waiters.map(({ value }) => value))).toEqual(new Set(['done']))
    expect(runs).toBe(0)
    expect(time.timers).toBe(0)
  })

  it('lets one of many waiters take over, and gives the others its answer', async () => {
    const { time, process, one } = await busyElsewhere()
    one.store.everything(hangs)
    let runs = 0
    const handler = async () => {
      runs++
      await new Promise<void>((resolve) => time.schedule(1_000, resolve))
      return runs
    }
    const options = { waitTimeout: '5m' } as const
    const waiters = Array.from({ length: 12 }, (_, index) => process({ watch: index % 2 === 0 })).map(
      ({ idem }) => watched(idem.run('a', handler, options)),
    )
    await time.advance(40_000)
    expect(waiters.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, () => 1))
    expect(runs).toBe(1)
  })

  it('runs the handler when the record is forgotten meanwhile', async () => {
    const { time, process, two } = await busyElsewhere()
    const waiter = watched(two.idem.execute('a', () => 'mine'))
    await time.settle()
    await process().idem.forget('a')
    await time.settle()
    expect(waiter.value).toEqual({ value: 'mine', replayed: false, attempt: 1 })
  })

  it('gives the answer of an operator who resolves what was abandoned', async () => {
    const { time, process, one, two } = await busyElsewhere()
    one.store.everything(hangs)
    await time.advance(29_999)
    const waiter = watched(two.idem.run('a', () => 'no'))
    await time.settle()
    time.freeze(1)
    expect(await process().idem.resolve('a', 'by hand')).toBe(true)
    await time.settle()
    expect(waiter.value).toBe('by hand')
  })

  it('places one watch for all callers of a process, and ends it', async () => {
    const signals: AbortSignal[] = []
    const { time, two, answer } = await busyElsewhere()
    const { watch } = two.store
    Object.assign(two.store, {
      watch: (key: string, onChange: () => void, signal: AbortSignal) => {
        signals.push(signal)
        return watch?.(key, onChange, signal)
      },
    })
    const waiters = [1, 2, 3].map(() => two.idem.run('a', () => 'no'))
    await time.advance(10_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    answer.open('done')
    await Promise.all(waiters)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
