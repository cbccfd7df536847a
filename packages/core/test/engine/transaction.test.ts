import { describe, expect, it } from 'vitest'
import { transactions } from '../../src/engine/transactions'
import { OperationFailedError } from '../../src/errors'
import { Idem, type Transactional } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import type { IdemEvent } from '../../src/observer'
import type { IdemOptions, TransactionContext } from '../../src/options/options'
import { AccountStore, type AccountTransaction, Conflict } from '../support/account-store'
import { gate } from '../support/gate'
import { VirtualRuntime } from '../support/virtual-runtime'
import { watched } from '../support/watched'

type Context = TransactionContext<AccountTransaction>

/** A database, and processes that transact on it. */
function bank() {
  const time = new VirtualRuntime()
  const store = new AccountStore(new MemoryStore({ clock: time.clock }))
  const process = (options: Partial<IdemOptions> = {}) => {
    const events: IdemEvent[] = []
    const observer = (event: IdemEvent) => events.push(event)
    const idem = new Idem<AccountTransaction>({ observer, ...options, store, runtime: time })
    return Object.assign(idem, { events, told: () => events.map(({ type }) => type) })
  }
  const balance = (account: string) => store.accounts.get(account)?.balance ?? 0
  return { time, store, process, balance }
}

const deposit =
  (amount: number) =>
  ({ tx }: Context) => {
    tx.add('alice', amount)
    return tx.balance('alice')
  }

describe('a transaction', () => {
  it('commits what it writes and what it answers together, once', async () => {
    const { store, process, balance } = bank()
    const idem = process()
    expect(await idem.transaction('a', deposit(10))).toBe(10)
    expect(await idem.transaction('a', deposit(10))).toBe(10)
    expect(await process().transaction('a', deposit(10))).toBe(10)
    expect(balance('alice')).toBe(10)
    expect(store.transacted).toBe(3)
    expect(store.calls).toEqual([])
  })

  it('has its answer replayed by run, and replays the answer of run', async () => {
    const { process } = bank()
    const idem = process()
    await idem.transaction('a', deposit(10))
    expect(await idem.run('a', () => 'no')).toBe(10)
    await idem.run('b', () => 'run')
    expect(await idem.transaction('b', () => 'no')).toBe('run')
  })

  it('is told its key, attempt, fence, subkeys and signal', async () => {
    const { time, process } = bank()
    const seen = await process().transaction('a', ({ key, attempt, fence, subkey, signal }) => ({
      ...{ key, attempt, fence },
      aborted: signal.aborted,
      sub: subkey('charge'),
    }))
    const { sub } = seen
    expect(seen).toEqual({
      key: 'idem:::a',
      attempt: 1,
      fence: time.clock() * 1000,
      aborted: false,
      sub,
    })
    await process().forget('a')
    expect(await process().run('a', ({ subkey }) => subkey('charge'))).toBe(sub)
  })

  it('leaves nothing when its body throws: no write, no record, and the key is free', async () => {
    const { process, balance } = bank()
    const idem = process()
    const error = new Error('declined')
    const failing = idem.transaction('a', ({ tx }) => {
      tx.add('alice', 10)
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect(balance('alice')).toBe(0)
    expect(await idem.inspect('a')).toBeUndefined()
    expect(await idem.transaction('a', deposit(5))).toBe(5)
    expect(idem.events[1]).toMatchObject({ type: 'failed', attempt: 1, kind: 'retryable', error })
  })

  it('leaves a failure that is final, and nothing else, when its body throws one', async () => {
    const { process, balance } = bank()
    const idem = process({ isRetryable: () => false })
    const error = new RangeError('declined')
    const failing = () =>
      idem.transaction('a', ({ tx }) => {
        tx.add('alice', 10)
        throw error
      })
    await expect(failing()).rejects.toBe(error)
    await expect(failing()).rejects.toEqual(
      new OperationFailedError({ name: 'RangeError', message: 'declined' }, 1),
    )
    expect(balance('alice')).toBe(0)
    expect(idem.events[1]).toMatchObject({ type: 'failed', kind: 'final' })
  })

  it('is repeated when it conflicts, whether the database says so at the end or in between', async () => {
    const { store, process, balance } = bank()
    const idem = process()
    let runs = 0
    const twice = await idem.transaction('a', ({ tx }) => {
      const before = tx.balance('alice')
      runs++
      // Somebody else is quicker.
      if (runs === 1) store.accounts.set('alice', { balance: 100, version: 1 })
      if (runs === 2) throw new Conflict('alice')
      tx.add('alice', 10)
      return { before }
    })
    expect(twice).toEqual({ before: 100 })
    expect([runs, balance('alice')]).toEqual([3, 110])
    expect(idem.told()).toEqual(['started', 'started', 'started', 'succeeded'])
  })

  it('refuses the same key with another payload', async () => {
    const { process, balance } = bank()
    const idem = process()
    await idem.transaction('a', deposit(1), { fingerprint: 1 })
    await expect(idem.transaction('a', deposit(2), { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    expect(balance('alice')).toBe(1)
  })

  it('refuses a key whose answer is no longer kept', async () => {
    const { time, process } = bank()
    const idem = process({ retention: '1m', tombstone: '1h' })
    await idem.transaction('a', deposit(1))
    await time.advance(60_000)
    await expect(idem.transaction('a', deposit(1))).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
  })

  it('refuses a key of which nobody knows what became', async () => {
    const found = transactions<AccountTransaction>(async () => ({ type: 'abandoned', attempt: 3 }))
    const store = Object.assign(new MemoryStore(), { transactions: found })
    const told: string[] = []
    const idem = new Idem({ store, observer: ({ type }) => told.push(type) })
    await expect(idem.transaction('a', deposit(1))).rejects.toMatchObject({ code: 'ABANDONED', attempt: 3 })
    expect(told).toEqual(['refused'])
  })

  it('tells the observer that it started, with its fence, and how long it took', async () => {
    const { time, process } = bank()
    const idem = process()
    const slow = () => new Promise<void>((resolve) => time.schedule(250, resolve))
    await time.outlast(idem.transaction('a', slow))
    await time.outlast(idem.transaction('b', () => slow().then(() => Promise.reject('no')))).catch(() => {})
    expect(idem.events).toMatchObject([
      { type: 'started', attempt: 1, fence: expect.any(Number), takeover: false },
      { type: 'succeeded', attempt: 1, durationMs: 250 },
      { type: 'started' },
      { type: 'failed', attempt: 1, durationMs: 250 },
    ])
  })

  it('keeps a value that cannot be kept for its first caller, and says so to the others', async () => {
    const { process, balance } = bank()
    const idem = process()
    class Receipt {}
    const body = ({ tx }: Context) => {
      tx.add('alice', 1)
      return new Receipt()
    }
    expect(await idem.transaction('a', body)).toBeInstanceOf(Receipt)
    await expect(idem.transaction('a', body)).rejects.toMatchObject({ code: 'RESULT_UNAVAILABLE' })
    expect(balance('alice')).toBe(1)
    expect(idem.told()).toEqual(['started', 'value-omitted', 'succeeded', 'replayed'])
  })

  it('gives a value that equals each replay and shares no memory with it', async () => {
    const { process } = bank()
    const idem = process({ cache: { max: 9, maxAge: '1m' } })
    const made = { at: new Date(1), items: [1n] }
    const values = [await idem.transaction('a', () => made), await idem.transaction('a', () => made)]
    expect(values).toEqual([made, made])
    expect(new Set([made, ...values]).size).toBe(3)
  })

  it('is a StoreError when the database fails, and leaves nothing', async () => {
    const { store, process, balance } = bank()
    const idem = process({ isRetryable: () => false })
    const lost = new Error('connection reset')
    for (const thrown of [lost, undefined]) {
      store.endFailures.push(thrown)
      await expect(idem.transaction('a', deposit(10))).rejects.toMatchObject({ code: 'STORE', cause: thrown })
      expect(balance('alice')).toBe(0)
    }
    expect(idem.told()).toEqual(['started', 'store-failed', 'started', 'store-failed'])
    expect(idem.events[1]).toMatchObject({ call: 'transact', error: lost, final: true })
    expect(await idem.transaction('a', deposit(10))).toBe(10)
  })

  it('is a StoreError when the database fails while it rolls back: nobody knows that nothing was left', async () => {
    const { store, process } = bank()
    const lost = new Error('connection reset')
    store.endFailures.push(lost)
    const failing = process().transaction('a', () => Promise.reject(new Error('declined')))
    const message = 'the store failed to transact: connection reset'
    await expect(failing).rejects.toMatchObject({ code: 'STORE', message, cause: lost })
  })

  it('is a TypeError where the store has none, and where its body is no function', async () => {
    const idem = new Idem({ store: new MemoryStore() }) as Idem & Transactional<AccountTransaction>
    await expect(idem.transaction('a', deposit(1))).rejects.toThrow(/transaction/)
    await expect(
      bank()
        .process()
        .transaction('a', 1 as never),
    ).rejects.toThrow(/body/)
  })
})

describe('duplicates of a transaction', () => {
  it('in the same process join: one transaction for all', async () => {
    const { store, process, balance } = bank()
    const idem = process()
    const answers = await Promise.all([1, 2, 3].map(() => idem.transaction('a', deposit(10))))
    expect(answers).toEqual([10, 10, 10])
    expect([balance('alice'), store.transacted]).toEqual([10, 1])
    expect(idem.told()).toEqual(['started', 'succeeded', 'shared', 'shared'])
  })

  it('in the same process share its failure; the one that leads gets the error itself', async () => {
    const { process } = bank()
    const idem = process()
    const error = new Error('declined')
    const first = watched(idem.transaction('a', () => Promise.reject(error)))
    const second = watched(idem.transaction('a', deposit(1)))
    await Promise.allSettled([first.promise, second.promise])
    expect(first.error).toBe(error)
    expect(second.error).toEqual(new OperationFailedError({ name: 'Error', message: 'declined' }, 1))
  })

  it('in the same process are refused, if they do not wait, with the time that it may take', async () => {
    const { time, process } = bank()
    const idem = process()
    watched(idem.transaction('a', () => new Promise(() => {})))
    await time.advance(4_000)
    const refused = watched(idem.transaction('a', deposit(1), { onInProgress: 'reject' }))
    await time.settle()
    expect(refused.error).toMatchObject({
      code: 'IN_PROGRESS',
      message: 'attempt 1 of idem:::a is running',
      retryAfterMs: 26_000,
    })
  })

  it('in another process wait outside, holding no connection, and replay', async () => {
    const { time, store, process, balance } = bank()
    const answer = gate()
    const first = watched(
      process().transaction('a', async (ctx) => {
        await answer.promise
        return deposit(10)(ctx)
      }),
    )
    const other = process()
    const second = watched(other.transaction('a', deposit(10)))
    await time.advance(10_000)
    expect([first.state, second.state, store.open]).toEqual(['pending', 'pending', 1])
    answer.open()
    await time.settle()
    expect([first.value, second.value, balance('alice')]).toEqual([10, 10, 10])
    expect(other.told()).toEqual(['waiting', 'shared'])
    expect([time.timers, store.open]).toEqual([0, 0])
  })

  it('in another process run it when the first was rolled back: nothing was left to share', async () => {
    const { time, process } = bank()
    const answer = gate()
    const first = watched(process().transaction('a', () => answer.promise))
    const second = watched(process().transaction('a', deposit(10)))
    await time.settle()
    answer.fail(new Error('declined'))
    await time.settle()
    expect([first.state, second.value]).toEqual(['rejected', 10])
  })

  it('in another process that are left alone while they wait run no body, though the key is free', async () => {
    const { time, store, process, balance } = bank()
    store.watch = undefined
    const answer = gate()
    watched(process().transaction('a', () => answer.promise))
    await time.settle()
    const controller = new AbortController()
    watched(process().transaction('a', deposit(10), { signal: controller.signal }))
    await time.settle()
    answer.fail(new Error('declined'))
    await time.settle()
    controller.abort()
    await time.advance(5_000)
    expect([balance('alice'), store.transacted]).toEqual([0, 2])
  })

  it('wait under their own waitTimeout and onInProgress', async () => {
    const { time, store, process } = bank()
    watched(process().transaction('a', () => new Promise(() => {})))
    const other = process()
    await time.settle()
    await expect(other.transaction('a', deposit(1), { onInProgress: 'reject' })).rejects.toMatchObject({
      code: 'IN_PROGRESS',
    })
    expect([other.told(), store.count('watch')]).toEqual([['refused'], 0])
    const waiter = watched(other.transaction('a', deposit(1), { waitTimeout: '5s' }))
    await time.advance(4_999)
    expect(waiter.state).toBe('pending')
    await time.advance(1)
    expect(waiter.error).toMatchObject({ code: 'IN_PROGRESS' })
    await time.advance(3_000)
    expect(time.timers).toBe(0)
  })

  it('wait under their own signal', async () => {
    const { time, process, store } = bank()
    watched(process().transaction('a', () => new Promise(() => {})))
    const controller = new AbortController()
    const reason = new Error('gone')
    const waiter = watched(process().transaction('a', deposit(1), { signal: controller.signal }))
    await time.settle()
    controller.abort(reason)
    await time.settle()
    expect([waiter.error, time.timers, store.open]).toEqual([reason, 0, 1])
  })

  it('place one watch while they wait, and end it', async () => {
    const { time, process, store } = bank()
    const signals: AbortSignal[] = []
    const { watch } = store
    Object.assign(store, {
      watch: (key: string, onChange: () => void, signal: AbortSignal) => {
        signals.push(signal)
        return watch?.(key, onChange, signal)
      },
    })
    const answer = gate()
    watched(process().transaction('a', () => answer.promise))
    const waiter = watched(process().transaction('a', deposit(1)))
    await time.advance(10_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    answer.open()
    await time.settle()
    expect([waiter.state, signals[0]?.aborted]).toEqual(['resolved', true])
  })

  it('of a running attempt wait for it, and share its failure', async () => {
    const { time, process, balance } = bank()
    const answer = gate()
    const idem = process()
    await expect(idem.run('a', () => Promise.reject(new Error('no stock')))).rejects.toThrow('no stock')
    watched(idem.run('a', () => answer.promise))
    await time.settle()
    const other = process()
    const waiter = watched(other.transaction('a', deposit(1)))
    await time.settle()
    expect(other.events).toMatchObject([{ type: 'waiting', attempt: 2 }])
    answer.fail(new Error('declined'))
    await time.settle()
    expect(waiter.error).toEqual(new OperationFailedError({ name: 'Error', message: 'declined' }, 2))
    expect(balance('alice')).toBe(0)
  })

  it('all leaving abort its signal; what it does then is its own affair', async () => {
    const { time, process, balance } = bank()
    const controller = new AbortController()
    const answer = gate()
    let signal: AbortSignal | undefined
    const body = async (ctx: Context) => {
      signal = ctx.signal
      await answer.promise
      return deposit(10)(ctx)
    }
    const call = watched(process().transaction('a', body, { signal: controller.signal }))
    await time.settle()
    expect(signal?.aborted).toBe(false)
    controller.abort(new Error('gone'))
    expect(signal?.reason).toMatchObject({ name: 'AbortError', message: 'every caller has left' })
    answer.open()
    await time.settle()
    expect([call.state, balance('alice')]).toEqual(['rejected', 10])
  })

  it('all leaving make no failure that is final of a body that stops for that', async () => {
    const { time, process } = bank()
    const idem = process({ isRetryable: () => false })
    const caller = new AbortController()
    const call = watched(
      idem.transaction(
        'a',
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        { signal: caller.signal },
      ),
    )
    await time.settle()
    caller.abort()
    await time.settle()
    expect(call.error).toBe(caller.signal.reason)
    expect(await idem.transaction('a', deposit(10))).toBe(10)
  })

  it('leaving before it begins show it a signal that is aborted already', async () => {
    const { time, process } = bank()
    const controller = new AbortController()
    let aborted: boolean | undefined
    watched(
      process().transaction(
        'a',
        ({ signal }) => {
          aborted = signal.aborted
        },
        { signal: controller.signal },
      ),
    )
    controller.abort()
    await time.settle()
    expect(aborted).toBe(true)
  })
})

describe('a transaction that joins one that is open', () => {
  it('commits nothing itself: its writes and its answer share the fate of the other', async () => {
    const { store, process, balance } = bank()
    const idem = process()
    const tx = store.begin()
    expect(await idem.transaction('a', deposit(10), { tx })).toBe(10)
    expect([balance('alice'), (await idem.inspect('a'))?.state]).toEqual([0, 'running'])
    await tx.commit()
    expect(balance('alice')).toBe(10)
    expect(await idem.transaction('a', deposit(10))).toBe(10)
    expect(balance('alice')).toBe(10)
  })

  it('vanishes with the other', async () => {
    const { store, process, balance } = bank()
    const idem = process({ cache: { max: 9, maxAge: '1h' } })
    const tx = store.begin()
    await idem.transaction('a', deposit(10), { tx })
    await tx.rollback()
    expect([balance('alice'), await idem.inspect('a')]).toEqual([0, undefined])
    expect(await idem.transaction('a', deposit(7))).toBe(7)
  })

  it('replays what the other has done, and no cache keeps it before it is committed', async () => {
    const { store, process } = bank()
    const idem = process({ cache: { max: 9, maxAge: '1h' } })
    const tx = store.begin()
    await idem.transaction('a', deposit(10), { tx })
    expect(await idem.transaction('a', deposit(10), { tx })).toBe(10)
    await tx.rollback()
    expect(await idem.transaction('a', deposit(7))).toBe(7)
  })

  it('is refused when the key is busy: there is no outside to wait in', async () => {
    const { time, store, process } = bank()
    watched(process().transaction('a', () => new Promise(() => {})))
    const idem = process()
    await time.settle()
    await expect(idem.transaction('a', deposit(1), { tx: store.begin() })).rejects.toMatchObject({
      code: 'IN_PROGRESS',
    })
    expect(idem.told()).toEqual(['refused'])
    expect(time.timers).toBe(0)
  })

  it('shares nothing with other calls of its process, which have other transactions', async () => {
    const { time, store, process } = bank()
    const idem = process()
    const answer = gate()
    const own = watched(idem.transaction('a', () => answer.promise))
    await time.settle()
    await expect(idem.transaction('a', deposit(1), { tx: store.begin() })).rejects.toMatchObject({
      code: 'IN_PROGRESS',
    })
    answer.open()
    await own.promise
    const joining = gate()
    const joined = watched(idem.transaction('b', () => joining.promise, { tx: store.begin() }))
    const before = store.transacted
    const outside = watched(idem.transaction('b', deposit(1), { onInProgress: 'reject' }))
    await time.settle()
    expect(store.transacted).toBe(before + 1)
    expect([joined.state, outside.error]).toEqual([
      'pending',
      expect.objectContaining({ code: 'IN_PROGRESS' }),
    ])
    joining.open()
    await joined.promise
  })

  it('records no failure: its error is for the caller, who rolls back or goes on', async () => {
    const { store, process } = bank()
    const idem = process({ isRetryable: () => false })
    const tx = store.begin()
    const error = new Error('declined')
    await expect(idem.transaction('a', () => Promise.reject(error), { tx })).rejects.toBe(error)
    await tx.commit()
    expect(await idem.transaction('a', deposit(1))).toBe(1)
  })
})

describe('the cache of transactions', () => {
  it('replays without asking the store', async () => {
    const { store, process } = bank()
    const idem = process({ cache: { max: 9, maxAge: '1h' } })
    await idem.transaction('a', deposit(10), { fingerprint: 1 })
    expect(await idem.transaction('a', deposit(10), { fingerprint: 1 })).toBe(10)
    await expect(idem.transaction('a', deposit(10), { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
    expect(store.transacted).toBe(1)
  })

  it('keeps what another process has committed', async () => {
    const { store, process } = bank()
    await process().transaction('a', deposit(10))
    const idem = process({ cache: { max: 9, maxAge: '1h' } })
    for (let call = 0; call < 3; call++) expect(await idem.transaction('a', deposit(10))).toBe(10)
    expect(store.transacted).toBe(2)
  })

  it('keeps no answer of a later attempt that knows no fingerprint: the record may have one', async () => {
    const { process } = bank()
    const idem = process({ cache: { max: 9, maxAge: '1h' } })
    await idem.run('a', () => Promise.reject(new Error('no')), { fingerprint: 1 }).catch(() => {})
    expect(await idem.transaction('a', deposit(10))).toBe(10)
    await expect(idem.transaction('a', deposit(10), { fingerprint: 2 })).rejects.toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
    })
  })
})
