import { type Execution, Idem, MemoryStore } from '@idem/core'
import { describe, expectTypeOf, test } from 'vitest'

interface Order {
  readonly id: string
  readonly amount: number
}

interface Receipt {
  readonly order: string
}

const idem = new Idem({ store: new MemoryStore() })
declare function chargeCard(order: Order, currency?: string): Promise<Receipt>

describe('wrap', () => {
  test('keeps the signature, optional parameters included', () => {
    const charge = idem.wrap(chargeCard, { name: 'charge', key: (order) => order.id })
    expectTypeOf(charge).toBeCallableWith({ id: 'a', amount: 1 })
    expectTypeOf(charge).toBeCallableWith({ id: 'a', amount: 1 }, 'EUR')
    expectTypeOf(charge).parameters.toEqualTypeOf<[order: Order, currency?: string]>()
    expectTypeOf(charge).returns.toEqualTypeOf<Promise<Receipt>>()
    // @ts-expect-error an order has an amount
    charge({ id: 'a' })
    // @ts-expect-error there is no third parameter
    charge({ id: 'a', amount: 1 }, 'EUR', 1)
  })

  test('keeps rest parameters', () => {
    const add = idem.wrap(async (id: string, ...more: number[]) => more.length + id.length, {
      name: 'add',
      key: (id, ...more) => [id, String(more.length)],
    })
    expectTypeOf(add).parameters.toEqualTypeOf<[id: string, ...more: number[]]>()
    // @ts-expect-error numbers, no texts
    add('a', 'b')
  })

  test('keeps type parameters', () => {
    const tag = idem.wrap(
      async <T extends { readonly id: string }>(thing: T, note?: string): Promise<T & { note?: string }> =>
        note === undefined ? thing : { ...thing, note },
      { name: 'tag', key: (thing) => thing.id },
    )
    const tagged = tag({ id: 'a', more: 1 as const })
    expectTypeOf(tagged).resolves.toHaveProperty('more').toEqualTypeOf<1>()
    // @ts-expect-error a thing has an id
    tag({ more: 1 })
  })

  test('keeps every overload; key and payload see the last', () => {
    function find(id: string): Promise<string>
    function find(id: number, exact: boolean): Promise<number>
    async function find(id: string | number, _exact?: boolean): Promise<string | number> {
      return id
    }
    const found = idem.wrap(find, {
      name: 'find',
      key: (id, exact) => {
        expectTypeOf(id).toEqualTypeOf<number>()
        expectTypeOf(exact).toEqualTypeOf<boolean>()
        return `${id}`
      },
    })
    expectTypeOf(found('a')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(found(1, true)).toEqualTypeOf<Promise<number>>()
    // @ts-expect-error no overload takes this
    found('a', true)
  })

  test('gives a promise of what a function gives at once, or perhaps at once', () => {
    const length = idem.wrap((text: string) => text.length, { name: 'length', key: (text) => text })
    expectTypeOf(length).toBeCallableWith('a')
    expectTypeOf(length).returns.toEqualTypeOf<Promise<number>>()
    const maybe = idem.wrap((text: string): number | Promise<number> => text.length, {
      name: 'maybe',
      key: (text) => text,
    })
    expectTypeOf(maybe).returns.toEqualTypeOf<Promise<number>>()
  })

  test('promises no more of a promise than there is', () => {
    interface Query extends Promise<Receipt> {
      explain(): string
    }
    const query = idem.wrap((id: string): Query => ({ id }) as unknown as Query, {
      name: 'q',
      key: (id) => id,
    })
    expectTypeOf(query).returns.toEqualTypeOf<Promise<Receipt>>()
  })

  test('shows records by the arguments of the call', () => {
    const charge = idem.wrap(chargeCard, { name: 'charge', key: (order) => order.id })
    const order: Order = { id: 'a', amount: 1 }
    expectTypeOf(charge.execute(order)).toEqualTypeOf<Promise<Execution<Receipt>>>()
    expectTypeOf(charge.inspect).parameters.toEqualTypeOf<[order: Order, currency?: string]>()
    expectTypeOf(charge.forget(order)).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(charge.resolve([order], { order: 'a' })).toEqualTypeOf<Promise<boolean>>()
    // @ts-expect-error the value is a receipt
    charge.resolve([order], { order: 1 })
    // @ts-expect-error the arguments are a list
    charge.resolve(order, { order: 'a' })
  })

  test('asks for what it needs', () => {
    // @ts-expect-error a name
    idem.wrap(chargeCard, { key: (order) => order.id })
    // @ts-expect-error a key
    idem.wrap(chargeCard, { name: 'charge' })
    // @ts-expect-error a key that is a text
    idem.wrap(chargeCard, { name: 'charge', key: (order) => order.amount })
    // @ts-expect-error a scope for every call, if for any
    idem.wrap(chargeCard, { name: 'charge', key: (order) => order.id, scope: () => undefined })
    // @ts-expect-error a payload that is a function of the arguments, or false
    idem.wrap(chargeCard, { name: 'charge', key: (order) => order.id, fingerprint: true })
    idem.wrap(chargeCard, {
      name: 'charge',
      key: (order, currency = 'EUR') => [order.id, currency],
      scope: (order) => order.id,
      fingerprint: ({ amount }) => amount,
      signal: () => undefined,
    })
  })
})
