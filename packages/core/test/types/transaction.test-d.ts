import { Idem, MemoryStore, type TransactionalStore, transactions } from '@idem/core'
import { describe, expectTypeOf, test } from 'vitest'

interface Client {
  query(sql: string): Promise<unknown[]>
}

class ClientStore extends MemoryStore implements TransactionalStore<Client> {
  readonly transactions = transactions<Client>(async () => ({ type: 'mismatch' }))
}

const idem = new Idem({ store: new ClientStore() })
declare const client: Client

describe('transaction', () => {
  test('is there only where the store has it', () => {
    expectTypeOf(idem).toHaveProperty('transaction')
    expectTypeOf(new Idem({ store: new MemoryStore() })).not.toHaveProperty('transaction')
    // @ts-expect-error a store without transactions
    new Idem({ store: new MemoryStore() }).transaction('key', () => 1)
  })

  test('hands on what the driver has', () => {
    const count = idem.transaction('key', async ({ tx, key, attempt, fence, signal, subkey }) => {
      expectTypeOf(tx).toEqualTypeOf<Client>()
      expectTypeOf({ key, attempt, fence, signal, subkey }).toEqualTypeOf<{
        key: string
        attempt: number
        fence: number
        signal: AbortSignal
        subkey: (name: string) => string
      }>()
      return (await tx.query('select')).length
    })
    expectTypeOf(count).toEqualTypeOf<Promise<number>>()
    idem.transaction('key', () => 1, { tx: client })
    // @ts-expect-error another driver's
    idem.transaction('key', () => 1, { tx: { execute: () => {} } })
  })

  test('has no steps and no takeover: nothing is left half done', () => {
    // @ts-expect-error no steps
    idem.transaction('key', (ctx) => ctx.step('a', () => 1))
    // @ts-expect-error no takeover
    idem.transaction('key', (ctx) => ctx.takeover)
  })

  test('has none of the options of what can be left half done', () => {
    // @ts-expect-error
    idem.transaction('key', () => 1, { lease: '5s' })
    // @ts-expect-error
    idem.transaction('key', () => 1, { maxRunTime: '5s' })
    // @ts-expect-error
    idem.transaction('key', () => 1, { maxAttempts: 5 })
    // @ts-expect-error
    idem.transaction('key', () => 1, { onAbandoned: 'reject' })
    // @ts-expect-error
    idem.transaction('key', () => 1, { onStoreDown: 'run' })
    // @ts-expect-error
    idem.transaction('key', () => 1, { settleTimeout: '5s' })
    // @ts-expect-error
    idem.transaction('key', () => 1, { onInProgress: 'reject', waitTimeout: '5s' })
    idem.transaction('key', () => 1, {
      name: 'n',
      scope: 's',
      fingerprint: 1,
      retention: '7d',
      tombstone: '30d',
      waitTimeout: '5s',
      isRetryable: () => false,
    })
  })
})
