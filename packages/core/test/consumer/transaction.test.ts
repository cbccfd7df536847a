import { describe, expect, test } from 'vitest'
import { idempotentConsumer } from '../../src/consumer/index'
import { InProgressError, StoreError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { AccountStore, type AccountTransaction } from '../support/account-store'
import { hangs, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { VirtualRuntime } from '../support/virtual-runtime'
import { type Order, order } from './consumer-scene'

/** A database, and processes that consume into it. */
function ledger({
  failures = 0,
  error = new Error('no such account'),
  isRetryable = (_error: unknown): boolean => true,
} = {}) {
  const time = new VirtualRuntime()
  const store = new AccountStore(new MemoryStore({ clock: time.clock }))
  const idem = new Idem<AccountTransaction>({ store, runtime: time, lease: '1s', settleTimeout: '1s' })
  const attempts: number[] = []
  const consume = idempotentConsumer({
    idem,
    name: 'ledger',
    key: ({ id }: Order) => id,
    attempts: 3,
    backoff: (attempt) => attempt * 100,
    isRetryable,
    transaction: ({ total }, { tx, attempt }) => {
      attempts.push(attempt)
      tx.add('points', total)
      if (attempts.length <= failures) throw error
    },
  })
  const transact = idem.transaction.bind(idem)
  /** What the next transactions come to before they have begun. */
  const refusals: Error[] = []
  idem.transaction = async (key, body, options) => {
    const refusal = refusals.shift()
    if (refusal) throw refusal
    return transact(key, body, options)
  }
  return {
    time,
    store,
    idem,
    consume,
    attempts,
    refusals,
    points: () => store.accounts.get('points')?.balance ?? 0,
  }
}

test('a message is applied in one transaction, once', async () => {
  const { consume, points, store } = ledger()
  expect(await consume(order)).toEqual({ action: 'ack', reason: 'applied' })
  expect(await consume(order)).toEqual({ action: 'ack', reason: 'duplicate' })
  expect([points(), store.transacted]).toEqual([10, 1])
})

test('what fails is rolled back and tried again; attempts are counted all the same', async () => {
  const { consume, points, attempts } = ledger({ failures: 2 })
  for (const action of ['retry', 'retry', 'ack']) expect(await consume(order)).toMatchObject({ action })
  expect([points(), attempts]).toEqual([10, [1, 2, 3]])
  const poisonous = ledger({ failures: 9 })
  for (const action of ['retry', 'retry', 'dead-letter', 'dead-letter']) {
    expect(await poisonous.consume(order)).toMatchObject({ action })
  }
  expect([poisonous.points(), poisonous.attempts]).toEqual([0, [1, 2, 3]])
})

test('what no retry helps is dead at once', async () => {
  const { consume, points } = ledger({ failures: 9, isRetryable: () => false })
  expect(await consume(order)).toMatchObject({ action: 'dead-letter', reason: 'final' })
  expect(points()).toBe(0)
})

test('a process that dies when it has committed leaves what the next attempt finds', async () => {
  const { time, store, consume, points, attempts } = ledger()
  store.coming('complete', hangs)
  store.always('complete', rejects)
  // The transaction's own record is written with it; that of the attempt is not.
  expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'unsettled' })
  expect(points()).toBe(10)
  store.everything((send) => send())
  await time.advance(5_000)
  expect(await time.outlast(consume(order))).toEqual({ action: 'ack', reason: 'applied' })
  expect([points(), attempts]).toEqual([10, [1]])
})

describe('a transaction that the database did not begin', () => {
  test('is no failure of the message: it comes again, ever later, no attempt is spent, and no policy is asked', async () => {
    const { consume, points, attempts, refusals } = ledger({ isRetryable: () => false })
    for (const afterMs of [100, 200, 300, 400, 500]) {
      refusals.push(new StoreError('too many connections'))
      const retry = { action: 'retry', reason: 'store-down', afterMs, error: { code: 'STORE' } }
      expect(await consume(order)).toMatchObject(retry)
    }
    expect(await consume(order)).toEqual({ action: 'ack', reason: 'applied' })
    expect([points(), attempts.length]).toEqual([10, 1])
  })

  test('for its record is busy, is none either', async () => {
    const { consume, points, attempts, refusals } = ledger({ isRetryable: () => false })
    for (let times = 0; times < 5; times++) {
      refusals.push(new InProgressError('a paused owner has it', 700))
      expect(await consume(order)).toMatchObject({ action: 'retry', reason: 'in-progress', afterMs: 700 })
    }
    expect(await consume(order)).toEqual({ action: 'ack', reason: 'applied' })
    expect([points(), attempts.length]).toEqual([10, 1])
  })

  test('is told from one that fails with the like of it', async () => {
    const mine = new StoreError('the shop of the handler is down')
    const { consume } = ledger({ failures: 9, error: mine, isRetryable: (error) => error !== mine })
    expect(await consume(order)).toMatchObject({ action: 'dead-letter', reason: 'final' })
  })
})

test('a transaction that cannot commit spends an attempt, for it may never, but no policy is asked', async () => {
  const { consume, points, store } = ledger({ isRetryable: () => false })
  for (let times = 0; times < 3; times++)
    store.endFailures.push(new Error('a deferred constraint is violated'))
  for (const action of ['retry', 'retry'])
    expect(await consume(order)).toMatchObject({ action, reason: 'failed' })
  expect(await consume(order)).toMatchObject({ action: 'dead-letter', reason: 'attempts' })
  expect(points()).toBe(0)
})

test('a transaction whose delivery is told to stop is waited for', async () => {
  const { time, store, idem } = ledger()
  const hold = gate()
  const consume = idempotentConsumer({
    idem,
    name: 'ledger',
    key: ({ id }: Order) => id,
    transaction: async ({ total }, { tx }) => {
      await hold.promise
      tx.add('points', total)
    },
  })
  const stop = new AbortController()
  let isDecided = false
  const consuming = consume(order, { signal: stop.signal }).finally(() => {
    isDecided = true
  })
  await time.settle()
  stop.abort()
  await time.settle()
  expect(isDecided).toBe(false)
  hold.open()
  expect(await time.outlast(consuming)).toEqual({ action: 'ack', reason: 'applied' })
  expect(store.accounts.get('points')?.balance).toBe(10)
})

test('a transaction that begins after its delivery was told to stop, does nothing', async () => {
  const { time, consume, store, attempts } = ledger()
  const stop = new AbortController()
  const begin = store.begin.bind(store)
  store.begin = () => {
    stop.abort()
    return begin()
  }
  expect(await time.outlast(consume(order, { signal: stop.signal }))).toMatchObject({ reason: 'stopped' })
  expect(attempts).toEqual([])
})
