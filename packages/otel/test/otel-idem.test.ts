import { Idem, type IdemEvent, MemoryStore } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { otelIdem } from '../src/index'
import { gate } from './support/gate'
import { followContext, startTelemetry, treeOf } from './support/telemetry'

followContext()

describe('the spans', () => {
  it('of a call that runs hold those of its attempt, its calls to the store, and what the handler tells', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store: new MemoryStore() }, told.otel)
    await idem.run('a', async (ctx) => {
      await ctx.step('charge', async () => {
        await null
        told.otel.tracer.startSpan('gateway').end()
      })
    })
    expect(treeOf(told.spans())).toEqual([
      'idem.execute: executed',
      '  idem.store.claim: acquired',
      '  idem.attempt',
      '    gateway',
      '    idem.store.saveStep: done',
      '  idem.store.complete: done',
    ])
  })

  it('of duplicates have what each of them did, and nothing of the others', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store: new MemoryStore(), cache: { max: 1, maxAge: '1h' } }, told.otel)
    const charge = idem.wrap(async (id: string) => id, { name: 'charge', key: (id) => id })
    await Promise.all([charge('a'), charge('a')])
    await charge('a')
    await charge('b')
    await idem.run('b', () => 1)
    expect(treeOf(told.spans())).toEqual([
      'idem.execute charge: executed',
      '  idem.store.claim: acquired',
      '  idem.attempt',
      '  idem.store.complete: done',
      'idem.execute charge: shared',
      'idem.execute charge: replayed',
      'idem.execute charge: executed',
      '  idem.store.claim: acquired',
      '  idem.attempt',
      '  idem.store.complete: done',
      'idem.execute: executed',
      '  idem.store.claim: acquired',
      '  idem.attempt',
      '  idem.store.complete: done',
    ])
    const attempts = told.spans().filter(({ name }) => name === 'idem.attempt')
    expect(attempts[0]?.attributes).toEqual({
      'idem.operation.name': 'charge',
      'idem.attempt.number': 1,
      'idem.attempt.takeover': false,
    })
  })

  it('are below the span in which a call is made, and calls below the attempt that makes them', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store: new MemoryStore() }, told.otel)
    await told.otel.tracer.startActiveSpan('request', async (span) => {
      await idem.run('a', () => idem.run('b', () => 1, { name: 'inner' }), { name: 'outer' })
      span.end()
    })
    expect(treeOf(told.spans())).toEqual([
      'request',
      '  idem.execute outer: executed',
      '    idem.store.claim: acquired',
      '    idem.attempt',
      '      idem.execute inner: executed',
      '        idem.store.claim: acquired',
      '        idem.attempt',
      '        idem.store.complete: done',
      '    idem.store.complete: done',
    ])
  })

  it('of renewals are those of the call whose lease is renewed, though one timer beats for all', async () => {
    const told = startTelemetry()
    const store = new MemoryStore()
    const idem = otelIdem({ store, lease: 60 }, told.otel)
    const [extended, extend] = [new Map<string, () => void>(), store.extend.bind(store)]
    store.extend = async (lease) => {
      const held = await extend(lease)
      extended.get(lease.key)?.()
      return held
    }
    const run = (name: string) =>
      idem.run(name, (ctx) => new Promise<void>((resolve) => extended.set(ctx.key, resolve)), { name })
    await Promise.all(['one', 'two', 'three'].map(run))
    expect(treeOf(told.spans())).toEqual(
      ['one', 'two', 'three'].flatMap((name) => [
        `idem.execute ${name}: executed`,
        '  idem.store.claim: acquired',
        '  idem.attempt',
        '  idem.store.extend: done',
        '  idem.store.complete: done',
      ]),
    )
  })

  it('of a call that is sent again, since the first sending was not answered, are of the same execution', async () => {
    const told = startTelemetry()
    const store = new MemoryStore()
    const [complete, silent] = [store.complete.bind(store), new Set(['one', 'two'])]
    store.complete = (completion) => {
      const { value = '' } = completion
      return silent.delete(JSON.parse(value)) ? new Promise(() => {}) : complete(completion)
    }
    const idem = otelIdem({ store, storeTimeout: 30 }, told.otel)
    await Promise.all(['one', 'two'].map((name) => idem.run(name, () => name, { name })))
    expect(treeOf(told.spans())).toEqual(
      ['one', 'two'].flatMap((name) => [
        `idem.execute ${name}: executed`,
        '  idem.store.claim: acquired',
        '  idem.attempt',
        '  idem.store.complete: done',
      ]),
    )
    expect(await told.series('idem.store.failures')).toEqual([
      { attributes: { 'idem.store.call': 'complete', 'idem.store.final': false }, value: 2 },
    ])
  })

  it('say by name and code what went wrong, and nothing else', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store: new MemoryStore() }, told.otel)
    const failure = Object.assign(new RangeError('card 4242'), { code: 'DECLINED' })
    await expect(idem.run('a', () => Promise.reject(failure))).rejects.toBe(failure)
    for (const span of told.spans().filter(({ name }) => !name.startsWith('idem.store'))) {
      expect(span.status).toEqual({ code: 2 })
      expect(span.attributes['error.type']).toBe('RangeError')
      expect(span.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
        {
          name: 'exception',
          attributes: { 'exception.type': 'RangeError', 'idem.error.code': 'DECLINED' },
        },
      ])
    }
    expect(told.spans()).toHaveLength(4)
  })

  it('tell keys if they are to', async () => {
    for (const keys of [true, false]) {
      const told = startTelemetry()
      await otelIdem({ store: new MemoryStore() }, { ...told.otel, keys }).run('a-1', () => 1)
      expect(told.spans().map(({ attributes }) => attributes['idem.key'])).toEqual(
        told.spans().map(() => (keys ? 'idem:::a-1' : undefined)),
      )
      expect(JSON.stringify(await told.metrics())).not.toContain('a-1')
    }
  })
})

describe('an Idem that tells of itself', () => {
  it('does what any other does, and tells its own observer, too', async () => {
    const events: IdemEvent[] = []
    const observer = (event: IdemEvent) => {
      events.push(event)
      throw new Error('dropped')
    }
    const idem = otelIdem({ store: new MemoryStore(), observer }, startTelemetry().otel)
    const charge = idem.wrap(async (order: { id: string; n: number }) => order.n, {
      name: 'charge',
      key: ({ id }) => id,
      scope: ({ id }) => `of ${id}`,
    })
    expect(await charge.execute({ id: 'a', n: 1 })).toEqual({ value: 1, replayed: false, attempt: 1 })
    expect(await charge.execute({ id: 'a', n: 1 })).toEqual({ value: 1, replayed: true, attempt: 1 })
    await expect(charge({ id: 'a', n: 2 })).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
    expect((await charge.inspect({ id: 'a', n: 1 }))?.key).toBe('idem:charge:of a:a')
    expect(await charge.forget({ id: 'a', n: 1 })).toBe(true)
    expect(await charge({ id: 'a', n: 2 })).toBe(2)
    expect(await idem.inspect('a', { name: 'charge', scope: 'of a' })).toMatchObject({ value: 2 })
    expect((await idem.page()).records).toHaveLength(1)
    for await (const { state } of idem.records()) expect(state).toBe('succeeded')
    expect(await idem.resolve('a', 3, { name: 'charge', scope: 'of a' })).toBe(false)
    expect(await idem.forget('a', { name: 'charge', scope: 'of a' })).toBe(true)
    expect(events.map(({ type }) => type)).toContain('refused')
  })

  it('refuses what any other refuses, in the same words', async () => {
    const store = new MemoryStore()
    const both = [new Idem({ store }), otelIdem({ store }, startTelemetry().otel)] as const
    type Call = (idem: Idem & { transaction?: (...args: unknown[]) => Promise<unknown> }) => unknown
    const calls: readonly Call[] = [
      (idem) => idem.run('', () => 1),
      (idem) => idem.run('a', 1 as never),
      (idem) => idem.run('a', () => 1, { leas: 1 } as never),
      (idem) => idem.run('a', () => 1, { name: '' }),
      (idem) => idem.run('a', () => 1, { signal: 1 as never }),
      (idem) => idem.run('a', () => 1, null as never),
      (idem) => idem.transaction?.('a', () => 1),
      async (idem) => idem.wrap(1 as never, { name: 'a', key: () => 'a' }),
      async (idem) => idem.wrap(() => 1, { name: 'a' } as never),
      (idem) => idem.wrap(() => 1, { name: 'a', key: () => '' })(),
      (idem) => idem.wrap(() => 1, { name: 'a', key: () => 'a', fingerprint: () => undefined })(),
    ]
    for (const call of calls) {
      const [plain, told] = await Promise.all(
        both.map((idem) => (async () => call(idem as never))().then(() => 'no error', String)),
      )
      expect(told).toBe(plain)
      expect(told).not.toBe('no error')
    }
    expect(() => otelIdem({ store: undefined as never })).toThrow(/^store must be /)
    expect(() => otelIdem({ store, observer: 1 as never })).toThrow(/^observer must be /)
    expect(() => otelIdem({ store }, { metre: 1 } as never)).toThrow(/^metre is no option here/)
    expect(() => otelIdem({ store }, { keys: 1 as never })).toThrow(/^keys must be /)
  })

  it('counts handlers that run, and callers that wait, while they do', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store: new MemoryStore() }, told.otel)
    const { entered, open, pass } = gate()
    const calls = [1, 2, 3].map(() => idem.run('a', pass, { name: 'slow' }))
    await entered
    const counts = async () =>
      Promise.all(
        ['idem.active_attempts', 'idem.waiting_callers'].map(
          async (name) => (await told.series(name))[0]?.value,
        ),
      )
    expect(await counts()).toEqual([1, 2])
    open()
    await Promise.all(calls)
    expect(await counts()).toEqual([0, 0])
  })

  it('works without a registered SDK', async () => {
    const idem = otelIdem({ store: new MemoryStore() })
    expect(await idem.run('a', () => 1)).toBe(1)
    expect(await idem.run('a', () => 2)).toBe(1)
  })
})
