import { Idem, MemoryStore } from '@idem/core'
import { describe, expectTypeOf, test } from 'vitest'

const idem = new Idem({ store: new MemoryStore() })

describe('run', () => {
  test('gives what the handler gives, whether at once or later', () => {
    expectTypeOf(idem.run('key', () => 1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(idem.run('key', async () => ({ id: 'a' }))).toEqualTypeOf<Promise<{ id: string }>>()
    expectTypeOf(idem.run('key', () => {})).toEqualTypeOf<Promise<void>>()
    expectTypeOf(idem.run('key', () => (Math.random() > 0.5 ? 'a' : Promise.resolve('b')))).toEqualTypeOf<
      Promise<string>
    >()
    expectTypeOf(idem.run<string | undefined>('key', () => undefined)).toEqualTypeOf<
      Promise<string | undefined>
    >()
  })

  test('takes a text or a list of texts for a key, a name, a scope and a subkey', () => {
    idem.run(['order', '1'] as const, (ctx) => ctx.subkey('charge'), { name: ['a', 'b'], scope: 'tenant' })
    // @ts-expect-error a number is no key
    idem.run(1, () => 1)
    // @ts-expect-error nor is a number in a list
    idem.run(['order', 1], () => 1)
    // @ts-expect-error a key is required
    idem.run(undefined, () => 1)
    // @ts-expect-error nor may a scope be null: it would be nobody's
    idem.run('key', () => 1, { scope: null })
  })

  test('takes any payload', () => {
    idem.run('key', () => 1, { fingerprint: { amount: 1n, at: new Date(), more: [undefined] } })
    idem.run('key', () => 1, { fingerprint: undefined })
  })

  test('takes no option that there is not', () => {
    // @ts-expect-error what belongs to an Idem is said there
    idem.run('key', () => 1, { namespace: 'n' })
    // @ts-expect-error what belongs to a transaction is said there
    idem.run('key', () => 1, { tx: {} })
    // @ts-expect-error there is no such word
    idem.run('key', () => 1, { onInProgress: 'throw' })
    // @ts-expect-error there is no such unit
    idem.run('key', () => 1, { lease: '5 seconds' })
  })
})

describe('execute', () => {
  test('tells of the value where it comes from', () => {
    expectTypeOf(idem.execute('key', async () => 'a')).resolves.toEqualTypeOf<{
      readonly value: string
      readonly replayed: boolean
      readonly attempt: number
    }>()
  })
})

describe('ctx', () => {
  test('gives a step the type of its work', () => {
    idem.run('key', async (ctx) => {
      expectTypeOf(ctx.step('a', () => 1)).toEqualTypeOf<Promise<number>>()
      expectTypeOf(ctx.step('a', async () => ({ id: 'a' }))).toEqualTypeOf<Promise<{ id: string }>>()
      expectTypeOf(ctx.step).parameter(0).toEqualTypeOf<string>()
      // @ts-expect-error a step needs a name
      ctx.step(() => 1)
    })
  })

  test('cannot be written to', () => {
    idem.run('key', (ctx) => {
      expectTypeOf(ctx).toHaveProperty('fence').toEqualTypeOf<number>()
      expectTypeOf(ctx.attempt).toEqualTypeOf<number>()
      expectTypeOf(ctx.takeover).toEqualTypeOf<boolean>()
      expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(ctx.key).toEqualTypeOf<string>()
      // @ts-expect-error read only
      ctx.fence = 1
      // @ts-expect-error there is no transaction outside of one
      ctx.tx
    })
  })
})

describe('records', () => {
  test('hold a value that nobody has looked at', async () => {
    for await (const record of idem.records({ state: 'running' })) {
      expectTypeOf(record.value).toEqualTypeOf<unknown>()
      expectTypeOf(record.state).toEqualTypeOf<'running' | 'succeeded' | 'failed' | 'abandoned'>()
      expectTypeOf(record.expiresAt).toEqualTypeOf<Date | undefined>()
    }
    expectTypeOf(idem.forget('key', { scope: 's' })).toEqualTypeOf<Promise<boolean>>()
    // @ts-expect-error there is no such state
    idem.page({ state: 'done' })
  })
})
