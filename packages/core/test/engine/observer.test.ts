import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { Idem, MemoryStore } from '../../src/index'
import type { IdemEvent } from '../../src/observer'
import { hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

const declined = new Error('declined')
const origin = { key: 'idem:pay:tenant:a', name: 'pay' }
const place = { scope: 'tenant', name: 'pay' }

describe('the observer is told', () => {
  it('of a run: that it started, with its attempt and fence, and how long it took to succeed', async () => {
    const { time, process } = scene()
    const { idem, events } = process()
    const slow = () => new Promise<void>((resolve) => time.schedule(250, resolve))
    await time.outlast(idem.run('a', slow, place))
    expect(events).toEqual([
      { ...origin, type: 'started', attempt: 1, fence: expect.any(Number), takeover: false },
      { ...origin, type: 'succeeded', attempt: 1, durationMs: 250 },
    ])
  })

  it('of each call in its own asynchronous context, that of duplicates too', async () => {
    const calls = new AsyncLocalStorage<string>()
    const told: unknown[] = []
    const observer = ({ type }: IdemEvent) => void told.push([calls.getStore(), type])
    const idem = new Idem({ store: new MemoryStore(), observer })
    const open = gate()
    const call = (name: string) => calls.run(name, () => idem.run('a', () => open.promise))
    const all = [call('first'), call('second'), call('third')]
    open.open()
    await Promise.all(all)
    await call('late')
    expect(told).toEqual([
      ['first', 'started'],
      ['first', 'succeeded'],
      ['second', 'shared'],
      ['third', 'shared'],
      ['late', 'replayed'],
    ])
  })

  it('of a failure: what kind it is, and the error itself', async () => {
    const { process } = scene()
    const { idem, events } = process({ maxAttempts: 2 })
    await idem.run('a', () => Promise.reject(declined), place).catch(() => {})
    await idem.run('a', () => Promise.reject(declined), place).catch(() => {})
    expect(events.filter(({ type }) => type === 'failed')).toEqual([
      { ...origin, type: 'failed', attempt: 1, kind: 'retryable', error: declined, durationMs: 0 },
      { ...origin, type: 'failed', attempt: 2, kind: 'final', error: declined, durationMs: 0 },
    ])
  })

  it('of each step: that it was saved, or that an earlier attempt had saved it', async () => {
    const { process } = scene()
    const { idem, events, told } = process()
    const work = (fails: boolean) =>
      idem.run(
        'a',
        async (ctx) => {
          await ctx.step('charge', () => 1)
          if (fails) throw declined
          return ctx.step('ship', () => 2)
        },
        place,
      )
    await work(true).catch(() => {})
    await work(false)
    expect(events.filter(({ type }) => type === 'step')).toEqual([
      { ...origin, type: 'step', attempt: 1, step: 'charge', replayed: false },
      { ...origin, type: 'step', attempt: 2, step: 'charge', replayed: true },
      { ...origin, type: 'step', attempt: 2, step: 'ship', replayed: false },
    ])
    expect(told()).toEqual(['started', 'step', 'failed', 'started', 'step', 'step', 'succeeded'])
  })

  it('of no step that could not be saved', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process()
    store.always('saveStep', rejects)
    const run = idem.run('a', (ctx) => ctx.step('charge', () => 1), place)
    await expect(time.outlast(run)).rejects.toMatchObject({ cause: { code: 'UNSETTLED' } })
    expect(told()).not.toContain('step')
  })

  it('of a replay, and where it came from', async () => {
    const { process } = scene()
    await process().idem.run('a', () => 1, place)
    const { idem, events } = process({ cache: { max: 1, maxAge: '1m' } })
    await idem.run('a', () => 1, place)
    await idem.run('a', () => 1, place)
    expect(events).toEqual([
      { ...origin, type: 'replayed', attempt: 1, from: 'store' },
      { ...origin, type: 'replayed', attempt: 1, from: 'cache' },
    ])
  })

  it('of each caller that shares the outcome of a running attempt', async () => {
    const { process } = scene()
    const { idem, events } = process()
    await Promise.all([1, 2, 3].map(() => idem.run('a', () => 1)))
    expect(events.map(({ type }) => type)).toEqual(['started', 'succeeded', 'shared', 'shared'])
    expect(events[2]).toMatchObject({ attempt: 1 })
  })

  it('of each caller that shares a failure', async () => {
    const { process } = scene()
    const { idem, told } = process()
    await Promise.allSettled([1, 2].map(() => idem.run('a', () => Promise.reject(declined))))
    expect(told()).toEqual(['started', 'failed', 'shared'])
  })

  it('of waiting for another process, once, and of what came of it', async () => {
    const { time, process } = scene()
    const answer = gate()
    watched(process().idem.run('a', () => answer.promise))
    const { idem, events } = process({ watch: false })
    const waiter = watched(idem.run('a', () => 1))
    await time.advance(2_000)
    expect(events.map(({ type }) => type)).toEqual(['waiting'])
    answer.open()
    await time.advance(500)
    expect(waiter.state).toBe('resolved')
    expect(events).toEqual([
      expect.objectContaining({ type: 'waiting', attempt: 1 }),
      expect.objectContaining({ type: 'shared', attempt: 1 }),
    ])
  })

  it('of a waiter that takes over', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    watched(idem.run('a', () => new Promise(() => {})))
    await time.settle()
    store.everything(hangs)
    const other = process()
    watched(other.idem.run('a', () => 1, { waitTimeout: '1m' }))
    await time.advance(30_000)
    expect(other.events.map((event) => ({ ...event, fence: undefined }))).toMatchObject([
      { type: 'waiting', attempt: 1 },
      { type: 'started', attempt: 2, takeover: true },
      { type: 'succeeded', attempt: 2 },
    ])
  })

  it('of each caller that is refused, and why', async () => {
    const { process } = scene()
    const { idem, events } = process()
    const answer = gate()
    const running = watched(idem.run('a', () => answer.promise, { fingerprint: 1 }))
    await Promise.allSettled([
      idem.run('a', () => 1, { fingerprint: 1, onInProgress: 'reject' }),
      idem.run('a', () => 1, { fingerprint: 2 }),
      idem.run('a', () => 1, { fingerprint: 2 }),
    ])
    const codes = events.map((event) => (event.type === 'refused' ? event.error.code : event.type))
    expect(codes).toEqual(['started', 'IN_PROGRESS', 'FINGERPRINT_MISMATCH', 'FINGERPRINT_MISMATCH'])
    answer.open()
    await running.promise
  })

  it.each([
    ['ABANDONED', { onAbandoned: 'reject' }],
    ['EXPIRED_KEY', { tombstone: '1d' }],
  ] as const)('of a refusal with %s', async (code, options) => {
    const { time, process } = scene()
    const { idem, store } = process({ retention: '1m', ...options })
    if (code === 'ABANDONED') watched(idem.run('a', () => new Promise(() => {})))
    else await idem.run('a', () => 1)
    await time.settle()
    store.everything(hangs)
    await time.advance(60_000)
    const other = process({ retention: '1m', ...options })
    await other.idem.run('a', () => 1).catch(() => {})
    expect(other.events).toEqual([
      expect.objectContaining({ type: 'refused', error: expect.objectContaining({ code }) }),
    ])
  })

  it('of a store that is down: every sending, and every caller that is refused for it', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process()
    store.always('claim', rejects)
    await time.outlast(Promise.allSettled([idem.run('a', () => 1), idem.run('a', () => 1)]))
    expect(told()).toEqual(['store-failed', 'store-failed', 'store-failed', 'refused', 'refused'])
  })

  it('of work that succeeded and could not be settled, and of nothing that did not happen', async () => {
    const { time, process } = scene()
    const { idem, store, events } = process()
    store.always('complete', rejects)
    await time.outlast(idem.run('a', () => 1)).catch(() => {})
    const told = events.filter(({ type }) => type !== 'store-failed')
    expect(told).toEqual([
      expect.objectContaining({ type: 'started' }),
      expect.objectContaining({
        type: 'unsettled',
        attempt: 1,
        error: expect.objectContaining({ code: 'STORE' }),
      }),
    ])
  })

  it('of an attempt that ran too long: its callers are refused, and what it does in the end is told too', async () => {
    const { time, process } = scene()
    const { idem, told } = process({ maxRunTime: '1m' })
    const answer = gate()
    watched(idem.run('a', () => answer.promise))
    watched(idem.run('a', () => answer.promise, { waitTimeout: '1h' }))
    await time.advance(60_000)
    expect(told()).toEqual(['started', 'refused', 'refused'])
    answer.open()
    await time.settle()
    expect(told()).toEqual(['started', 'refused', 'refused', 'succeeded'])
  })

  it('of a lost lease, once, and that the caller got the winner’s answer', async () => {
    const { time, process } = scene()
    const { idem, told } = process()
    const answer = gate()
    const late = watched(idem.run('a', () => answer.promise))
    await time.settle()
    await process().idem.forget('a')
    await process().idem.run('a', () => 'winner')
    await time.advance(20_000)
    answer.open()
    await time.settle()
    expect(late.value).toBe('winner')
    expect(told()).toEqual(['started', 'lease-lost', 'shared'])
  })

  it('of a lost lease also when only settling showed it', async () => {
    const { time, process } = scene()
    for (const settle of ['open', 'fail'] as const) {
      const { idem, events } = process()
      const answer = gate<unknown>()
      watched(idem.run(settle, () => answer.promise))
      await time.settle()
      await process().idem.forget(settle)
      answer[settle]('late')
      await time.settle()
      expect(events.map(({ type }) => type)).toEqual(['started', 'lease-lost', 'refused'])
      expect(events[1]).toMatchObject({ attempt: 1, reason: 'taken' })
    }
  })

  it('of what was given up as unreconciled', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    watched(idem.run('a', () => new Promise(() => {})))
    await time.settle()
    store.everything(hangs)
    await time.advance(30_000)
    const other = process({ onAbandoned: () => Promise.reject(declined) })
    await other.idem.run('a', () => 1).catch(() => {})
    expect(other.events).toMatchObject([
      { type: 'started', attempt: 2, takeover: true },
      { type: 'failed', attempt: 2, kind: 'abandoned', error: declined },
    ])
  })
})

describe('an observer that misbehaves changes nothing:', () => {
  // biome-ignore lint/suspicious/noThenProperty: what is not a promise may look like one
  const thenable = { then: (_: unknown, reject: (error: Error) => void) => reject(new Error('observer')) }
  it.each<[string, (event: IdemEvent) => unknown]>([
    [
      'one that throws',
      () => {
        throw new Error('observer')
      },
    ],
    ['one that rejects', () => Promise.reject(new Error('observer'))],
    ['one whose promise never ends', () => new Promise(() => {})],
    ['one that gives a thenable that rejects', () => thenable],
    ['one that gives null', () => null],
    [
      'one that changes the event',
      (event) => {
        for (const name of Object.keys(event)) Object.assign(event, { [name]: 'mutated' })
      },
    ],
  ])('%s', async (_, observer) => {
    const { time, process } = scene()
    const { idem, store } = process({ observer })
    store.coming('claim', rejects)
    expect(await time.outlast(idem.run('a', () => 1))).toBe(1)
    expect(await idem.run('a', () => 2)).toBe(1)
    await expect(idem.run('b', () => Promise.reject(declined))).rejects.toBe(declined)
    const answer = gate<number>()
    const running = idem.run('c', () => answer.promise, { fingerprint: 1 })
    const joined = idem.run('c', () => 2, { fingerprint: 1 })
    await expect(idem.run('c', () => 2, { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    answer.open(1)
    expect(await Promise.all([running, joined])).toEqual([1, 1])
  })
})
