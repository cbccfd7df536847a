import { expect, test } from 'vitest'
import { idempotentConsumer } from '../../src/consumer/index'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { AccountStore, type AccountTransaction } from '../support/account-store'
import { hangs, rejects } from '../support/faulty-store'
import { VirtualRuntime } from '../support/virtual-runtime'
import { type Order, order } from './consumer-scene'

/** A database, and processes that consume into it. */
function ledger({ failures = 0, isRetryable = (): boolean => true } = {}) {
  const time = new VirtualRuntime()
  const store = new AccountStore(new MemoryStore({ clock: time.clock }))
  const idem = new Idem<AccountTransaction>({ store, runtime: time, lease: '1s', settleTimeout: '1s' })
  const attempts: number[] = []
  const consume = idempotentConsumer({
    idem,
    name: 'ledger',
    key: ({ id }: Order) => id,
    attempts: 3,
    backoff: () => 100,
    isRetryable,
    transaction: ({ total }, { tx, attempt }) => {
      attempts.push(attempt)
      tx.add('points', total)
      if (attempts.length <= failures) throw new Error('no such account')
    },
  })
  return { time, store, consume, attempts, points: () => store.accounts.get('points')?.balance ?? 0 }
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
