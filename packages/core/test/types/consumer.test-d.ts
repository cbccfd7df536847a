import {
  type AttemptContext,
  Idem,
  MemoryStore,
  type TransactionalStore,
  type TransactionContext,
  transactions,
} from '@idem/core'
import { type Consumer, type Decision, idempotentConsumer } from '@idem/core/consumer'
import { expectTypeOf, test } from 'vitest'

interface Client {
  query(sql: string): Promise<unknown[]>
}

class ClientStore extends MemoryStore implements TransactionalStore<Client> {
  readonly transactions = transactions<Client>(async () => ({ type: 'mismatch' }))
}

interface Order {
  readonly id: string
}

const idem = new Idem({ store: new MemoryStore() })
const transactional = new Idem({ store: new ClientStore() })
const common = { name: 'points', key: ({ id }: Order) => id }

test('a consumer takes what its key takes, and gives a decision', () => {
  const consume = idempotentConsumer({
    ...common,
    idem,
    handler: (message, ctx) => {
      expectTypeOf(message).toEqualTypeOf<Order>()
      expectTypeOf(ctx).toEqualTypeOf<AttemptContext>()
    },
  })
  expectTypeOf(consume).toEqualTypeOf<Consumer<Order>>()
  expectTypeOf<Awaited<ReturnType<typeof consume>>>().toEqualTypeOf<Decision>()
  // @ts-expect-error another message
  void consume({ name: 'x' })
})

test('a transaction hands on what the driver has', () => {
  idempotentConsumer({
    ...common,
    idem: transactional,
    transaction: (message, ctx) => {
      expectTypeOf(message).toEqualTypeOf<Order>()
      expectTypeOf(ctx).toEqualTypeOf<TransactionContext<Client>>()
      // @ts-expect-error no steps
      ctx.step
    },
  })
})

test('a transaction is there only where the store has it, and has no policy for what is left half done', () => {
  // @ts-expect-error a store without transactions
  idempotentConsumer({ ...common, idem, transaction: () => {} })
  // @ts-expect-error nothing can be left half done
  idempotentConsumer({ ...common, idem: transactional, transaction: () => {}, onAbandoned: 'reject' })
  // @ts-expect-error one of both
  idempotentConsumer({ ...common, idem: transactional, transaction: () => {}, handler: () => {} })
  // @ts-expect-error none
  idempotentConsumer({ ...common, idem: transactional })
})

test('what would acknowledge without protection is no option', () => {
  // @ts-expect-error
  idempotentConsumer({ ...common, idem, handler: () => {}, onStoreDown: 'run' })
  // @ts-expect-error
  idempotentConsumer({ ...common, idem, handler: () => {}, onInProgress: 'wait' })
  // @ts-expect-error attempts
  idempotentConsumer({ ...common, idem, handler: () => {}, maxAttempts: 3 })
})

test('a decision is told by its action', () => {
  const decision = {} as Decision
  if (decision.action === 'retry') expectTypeOf(decision.afterMs).toEqualTypeOf<number>()
  if (decision.action === 'dead-letter') expectTypeOf(decision.failure.message).toEqualTypeOf<string>()
})
