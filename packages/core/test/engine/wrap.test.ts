import { describe, expect, it } from 'vitest'
import type { Codec } from '../../src/codec/codec'
import { hangs } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

interface Order {
  readonly id: string
  readonly amount: number
  readonly user?: string
}

const base = { name: 'charge', key: (order: Order) => order.id }

describe('wrap', () => {
  it('gives a function with the same arguments that runs once per key', async () => {
    const { process } = scene()
    const charged: unknown[] = []
    const charge = process().idem.wrap(
      async (order: Order, currency: string) => {
        charged.push([order, currency])
        return `${order.amount} ${currency}`
      },
      { name: 'charge', key: (order) => order.id },
    )
    const order = { id: '1', amount: 10 }
    expect(await charge(order, 'EUR')).toBe('10 EUR')
    expect(await charge(order, 'EUR')).toBe('10 EUR')
    expect(await charge({ ...order, id: '2' }, 'EUR')).toBe('10 EUR')
    expect(charged).toHaveLength(2)
  })

  it('passes the arguments on as they are', async () => {
    const { process } = scene()
    const order = { id: '1', amount: 10 }
    let seen: unknown
    const charge = process().idem.wrap((given: Order) => {
      seen = given
    }, base)
    await charge(order)
    expect(seen).toBe(order)
  })

  it('fingerprints all arguments unless told otherwise', async () => {
    const { process } = scene()
    const { idem } = process()
    const order = { id: '1', amount: 10 }
    const mismatch = { code: 'FINGERPRINT_MISMATCH' }
    const all = idem.wrap((given: Order, _note: string) => given.amount, base)
    await all(order, 'first')
    await expect(all({ ...order, amount: 11 }, 'first')).rejects.toMatchObject(mismatch)
    await expect(all(order, 'second')).rejects.toMatchObject(mismatch)

    const some = idem.wrap((given: Order, _note: string) => given.amount, {
      ...base,
      name: 'some',
      fingerprint: (given) => given.amount,
    })
    await some(order, 'first')
    expect(await some(order, 'second')).toBe(10)
    await expect(some({ ...order, amount: 11 }, 'first')).rejects.toMatchObject(mismatch)

    const none = idem.wrap((given: Order) => given.amount, { ...base, name: 'none', fingerprint: false })
    await none(order)
    expect(await none({ ...order, amount: 11 })).toBe(10)
  })

  it('needs no fingerprint of arguments that have none, if it is told so', async () => {
    const { process } = scene()
    const { idem } = process()
    const order = { id: '1', amount: 10, callback: () => {} }
    const charge = (given: Order) => given.amount
    await expect(idem.wrap(charge, base)(order)).rejects.toMatchObject({ code: 'CODEC' })
    expect(await idem.wrap(charge, { ...base, fingerprint: false })(order)).toBe(10)
  })

  it('takes the fingerprint before the function runs', async () => {
    const { process } = scene()
    const charge = process().idem.wrap((order: { id: string; amount: number }) => {
      order.amount = 0
      return 'charged'
    }, base)
    await charge({ id: '1', amount: 10 })
    expect(await charge({ id: '1', amount: 10 })).toBe('charged')
  })

  it('keeps scopes apart', async () => {
    const { process } = scene()
    const charge = process().idem.wrap(({ user }: Order) => user, {
      ...base,
      scope: ({ user = 'nobody' }) => ['user', user],
    })
    expect(await charge({ id: '1', amount: 1, user: 'alice' })).toBe('alice')
    expect(await charge({ id: '1', amount: 1, user: 'bob' })).toBe('bob')
    expect(await charge.inspect({ id: '1', amount: 1, user: 'bob' })).toMatchObject({
      key: 'idem:charge:user,bob:1',
      value: 'bob',
    })
  })

  it('lets a caller leave by the signal that it names', async () => {
    const { time, process } = scene()
    const controller = new AbortController()
    const endless = (_order: Order, _signal?: AbortSignal) => new Promise(() => {})
    const charge = process().idem.wrap(endless, {
      name: 'charge',
      key: (order) => order.id,
      fingerprint: false,
      signal: (_order, signal) => signal,
    })
    const leaving = watched(charge({ id: '1', amount: 1 }, controller.signal))
    const staying = watched(charge({ id: '1', amount: 1 }))
    await time.settle()
    controller.abort(new Error('gone'))
    await time.settle()
    expect([leaving.error, staying.state]).toEqual([new Error('gone'), 'pending'])
  })

  it('executes, inspects and forgets by the same arguments', async () => {
    const { process } = scene()
    const charge = process().idem.wrap(({ amount }: Order) => amount, base)
    const order = { id: '1', amount: 10 }
    expect(await charge.inspect(order)).toBeUndefined()
    expect(await charge.execute(order)).toEqual({ value: 10, replayed: false, attempt: 1 })
    expect(await charge.execute(order)).toEqual({ value: 10, replayed: true, attempt: 1 })
    expect(await charge.inspect(order)).toMatchObject({
      key: 'idem:charge::1',
      state: 'succeeded',
      value: 10,
    })
    expect(await charge.forget(order)).toBe(true)
    expect(await charge.forget(order)).toBe(false)
    expect(await charge.execute(order)).toMatchObject({ replayed: false })
  })

  it('resolves by the same arguments', async () => {
    const { time, process } = scene()
    const crashing = process()
    const order = { id: '1', amount: 10 }
    const charge = ({ idem }: ReturnType<typeof process>) =>
      idem.wrap(
        ({ amount }: Order): Promise<number> | number => (amount > 0 ? new Promise(() => {}) : 0),
        base,
      )
    watched(charge(crashing)(order))
    await time.settle()
    crashing.store.everything(hangs)
    const living = charge(process())
    await expect(living.resolve([order], 10)).rejects.toMatchObject({ code: 'IN_PROGRESS' })
    await time.advance(30_000)
    expect(await living.resolve([order], 10)).toBe(true)
    expect(await living.resolve([order], 11)).toBe(false)
    expect(await living(order)).toBe(10)
  })

  it('uses its own options wherever its records are read or written', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const codec: Codec = { encode: (value) => `own:${value}`, decode: (text) => text.slice(4) }
    const options = { ...base, codec, retention: '1m', isRetryable: () => true } as const
    const charge = idem.wrap(({ amount }: Order) => {
      if (amount < 0) throw new Error('negative')
      return `charged ${amount}`
    }, options)
    await charge({ id: '1', amount: 10 })
    expect(await charge.inspect({ id: '1', amount: 10 })).toMatchObject({ value: 'charged 10' })
    await time.advance(60_000)
    expect(await charge.inspect({ id: '1', amount: 10 })).toBeUndefined()

    const negative = { id: '2', amount: -1 }
    await charge(negative).catch(() => {})
    await charge.resolve([negative], 'by hand')
    expect(await charge(negative)).toBe('by hand')
    expect(await charge.inspect(negative)).toMatchObject({ value: 'by hand' })
    await time.advance(60_000)
    expect(await charge.inspect(negative)).toBeUndefined()
  })

  it('joins calls of one operation that are made through two wrappers', async () => {
    const { process } = scene()
    const { idem } = process()
    const answer = gate<number>()
    const first = idem.wrap((_order: Order) => answer.promise, base)
    const second = idem.wrap((_order: Order) => -1, base)
    const order = { id: '1', amount: 10 }
    const calls = [first(order), second(order)]
    answer.open(10)
    expect(await Promise.all(calls)).toEqual([10, 10])
  })

  it('rejects, and calls nothing, when key, scope, fingerprint or signal throw', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const broken = () => {
      throw new Error('broken')
    }
    for (const option of ['key', 'scope', 'fingerprint', 'signal']) {
      const charge = idem.wrap((order: Order) => order.amount, { ...base, [option]: broken })
      await expect(charge({ id: '1', amount: 1 })).rejects.toThrow('broken')
    }
    expect(store.calls).toEqual([])
  })

  it('refuses a payload that comes to nothing, rather than compare none', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const charge = idem.wrap(async (order: { id: string; missing?: string }) => order.id, {
      name: 'charge',
      key: (order) => order.id,
      fingerprint: (order) => order.missing,
    })
    await expect(charge({ id: 'a' })).rejects.toThrow(TypeError)
    expect(store.calls).toEqual([])
  })
})
