import { type AttemptContext, type IdemOptions, MemoryStore } from '@idem/core'
import type { Attributes } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { otelIdem } from '../src/index'
import { gate } from './support/gate'
import { followContext, startTelemetry, type Telemetry } from './support/telemetry'

followContext()

const OPERATION = { 'idem.operation.name': 'charge' }
const name = 'charge'

/** Idems on one store: to each other they are processes. */
function start({ processes = 1, ...options }: Partial<IdemOptions> & { processes?: number } = {}) {
  const told = startTelemetry()
  const store = options.store ?? new MemoryStore()
  const open = () => otelIdem({ ...options, store } as IdemOptions, told.otel)
  const idems = Array.from({ length: processes }, open)
  return {
    told,
    store,
    idem: idems[0] as ReturnType<typeof open>,
    other: idems[1] as ReturnType<typeof open>,
  }
}

/** A store that fails as it is told to. */
function failing(...calls: readonly ('claim' | 'complete' | 'fail')[]): MemoryStore {
  const store = new MemoryStore()
  for (const call of calls) Object.assign(store, { [call]: () => Promise.reject(new Error('down')) })
  return store
}

/** What `series` would be of these: one each, of this operation. */
const once = (...attributes: readonly Attributes[]) =>
  attributes.map((each) => ({ attributes: { ...OPERATION, ...each }, value: 1 }))

const executions = (told: Telemetry) => told.series('idem.executions')
const waited = (told: Telemetry) => told.series('idem.execution.duration')
const outcome = (of: string, more: Attributes = {}) => ({ 'idem.outcome': of, ...more })

/** In the order of `series`. */
const sorted = <T extends { readonly attributes: Attributes }>(series: readonly T[]): T[] =>
  [...series].sort((a, b) => (JSON.stringify(a.attributes) < JSON.stringify(b.attributes) ? -1 : 1))

describe('a call that is', () => {
  it('executed, replayed from the store, or from the cache', async () => {
    const { told, idem, other } = start({ processes: 2, cache: { max: 9, maxAge: '1h' } })
    for (const each of [idem, idem, other]) await each.run('a', () => 1, { name })
    expect(await executions(told)).toEqual(
      once(
        outcome('executed'),
        outcome('replayed', { 'idem.replay.source': 'cache' }),
        outcome('replayed', { 'idem.replay.source': 'store' }),
      ),
    )
    expect(await waited(told)).toEqual([
      ...once(outcome('executed')),
      { attributes: { ...OPERATION, ...outcome('replayed') }, value: 2 },
    ])
    expect(await told.series('idem.attempts')).toEqual(once({ 'idem.attempt.takeover': false }))
    expect(await told.series('idem.attempt.duration')).toEqual(once(outcome('executed')))
  })

  it('shared, in this process and from another', async () => {
    const { told, idem, other } = start({ processes: 2 })
    const { entered, pass, open } = gate()
    const calls = [idem.run('a', pass, { name })]
    await entered
    calls.push(idem.run('a', pass, { name }), other.run('a', pass, { name }))
    await expect.poll(() => told.series('idem.waits')).toEqual(once({}))
    open()
    await Promise.all(calls)
    const shared = { attributes: { ...OPERATION, ...outcome('shared') }, value: 2 }
    expect(await executions(told)).toEqual([...once(outcome('executed')), shared])
    expect(await waited(told)).toEqual([...once(outcome('executed')), shared])
    const waiting = told.spans().filter(({ events }) => events.some((event) => event.name === 'waiting'))
    expect(waiting.map(({ attributes }) => attributes['idem.outcome'])).toEqual(['shared'])
  })

  it('rejected, for the operation is in progress', async () => {
    const { told, idem, other } = start({ processes: 2, onInProgress: 'reject' })
    const { entered, pass, open } = gate()
    const first = idem.run('a', pass, { name })
    await entered
    for (const each of [idem, other])
      await expect(each.run('a', pass, { name })).rejects.toMatchObject({ code: 'IN_PROGRESS' })
    open()
    await first
    const attributes = { ...OPERATION, ...outcome('rejected') }
    expect(await executions(told)).toEqual([...once(outcome('executed')), { attributes, value: 2 }])
    expect(await waited(told)).toEqual(
      sorted([
        ...once(outcome('executed')),
        { attributes: { ...attributes, 'error.type': 'IN_PROGRESS' }, value: 2 },
      ]),
    )
  })

  it('mismatched', async () => {
    const { told, idem } = start()
    await idem.run('a', () => 1, { name, fingerprint: 1 })
    await expect(idem.run('a', () => 1, { name, fingerprint: 2 })).rejects.toThrow()
    expect(await executions(told)).toEqual(once(outcome('executed'), outcome('mismatched')))
    expect(await waited(told)).toEqual(
      sorted(once(outcome('executed'), outcome('mismatched', { 'error.type': 'FINGERPRINT_MISMATCH' }))),
    )
  })

  it('failed, retryably and for good, and replayed as such', async () => {
    const { told, idem } = start({ maxAttempts: 2 })
    const fail = () => Promise.reject(new Error('no'))
    for (const code of [undefined, undefined, 'OPERATION_FAILED'])
      await expect(idem.run('a', fail, { name })).rejects.toMatchObject(code === undefined ? {} : { code })
    const kinds = ['final', 'retryable'].map((kind) => outcome('failed', { 'idem.failure.kind': kind }))
    expect(await executions(told)).toEqual(
      once(...kinds, outcome('replayed', { 'idem.replay.source': 'store' })),
    )
    expect(await told.series('idem.attempt.duration')).toEqual(once(...kinds))
    expect(await waited(told)).toEqual(
      sorted([
        { attributes: { ...OPERATION, ...outcome('failed', { 'error.type': '_OTHER' }) }, value: 2 },
        ...once(outcome('replayed', { 'error.type': 'OPERATION_FAILED' })),
      ]),
    )
  })

  it('taken over, and one that lost its lease', async () => {
    const { told, idem, other } = start({ processes: 2, lease: 30, maxRunTime: 60 })
    const { entered, pass, open } = gate()
    const late = idem.run('a', pass, { name })
    await entered
    await expect(late).rejects.toMatchObject({ code: 'ABANDONED' })
    await expect.poll(async () => (await idem.inspect('a', { name }))?.state).toBe('abandoned')
    await other.run('a', () => 2, { name })
    open()
    await expect
      .poll(() => told.series('idem.leases.lost'))
      .toEqual(expect.arrayContaining(once({ 'idem.lease_loss.reason': 'taken' })))
    expect(await told.series('idem.attempts')).toEqual(
      once({ 'idem.attempt.takeover': false }, { 'idem.attempt.takeover': true }),
    )
    expect((await executions(told)).slice(0, 2)).toEqual(once(outcome('abandoned'), outcome('executed')))
  })

  it('told in the attempt, of the loss of a lease that nobody renews', async () => {
    const store = new MemoryStore()
    store.extend = () => Promise.reject(new Error('down'))
    const { told, idem } = start({ store, lease: 30 })
    const aborted = (ctx: AttemptContext) =>
      new Promise<string>((resolve) => ctx.signal.addEventListener('abort', () => resolve(ctx.key)))
    await Promise.all(['a', 'b'].map((key) => idem.run(key, aborted, { name })))
    expect(await told.series('idem.leases.lost')).toEqual([
      { attributes: { ...OPERATION, 'idem.lease_loss.reason': 'silent' }, value: 2 },
    ])
    const lost = told.spans().filter(({ events }) => events.some((event) => event.name === 'lease lost'))
    expect(lost.map((span) => span.name)).toEqual(['idem.attempt', 'idem.attempt'])
  })

  it('unsettled, for the store cannot be told', async () => {
    const { told, idem } = start({ store: failing('complete'), settleTimeout: 30 })
    await expect(idem.run('a', () => 1, { name })).rejects.toMatchObject({ code: 'UNSETTLED' })
    expect(await executions(told)).toEqual(once(outcome('unsettled')))
    expect(await waited(told)).toEqual(sorted(once(outcome('unsettled', { 'error.type': 'UNSETTLED' }))))
    const failed = (await told.series('idem.store.call.duration')).find(
      ({ attributes }) => attributes['error.type'],
    )
    expect(failed?.attributes).toEqual({
      'idem.store.call': 'complete',
      'idem.store.result': 'failed',
      'error.type': 'Error',
    })
  })

  it('unprotected, or refused, for the store is down', async () => {
    const { told, idem } = start({ store: failing('claim'), onStoreDown: 'run' })
    expect(await idem.run('a', () => 1, { name })).toBe(1)
    await expect(idem.run('b', () => 1, { name, onStoreDown: 'throw' })).rejects.toMatchObject({
      code: 'STORE',
    })
    expect(await executions(told)).toEqual(once(outcome('store_failed'), outcome('unprotected')))
    expect((await waited(told)).map(({ attributes }) => attributes['idem.outcome'])).toEqual(
      expect.arrayContaining(['unprotected', 'store_failed']),
    )
    expect(await told.series('idem.store.failures')).toEqual([
      { attributes: { 'idem.store.call': 'claim', 'idem.store.final': false }, value: 4 },
      { attributes: { 'idem.store.call': 'claim', 'idem.store.final': true }, value: 2 },
    ])
  })

  it('given up by its caller, or made with wrong arguments', async () => {
    const { told, idem } = start()
    const { entered, pass, open } = gate()
    const leaving = new AbortController()
    const left = idem.run('a', pass, { name, signal: leaving.signal })
    await entered
    leaving.abort()
    await expect(left).rejects.toBe(leaving.signal.reason)
    open()
    await expect(idem.run('', pass, { name })).rejects.toMatchObject({ code: 'INVALID_KEY' })
    expect((await waited(told)).map(({ attributes }) => attributes['idem.outcome'])).toEqual(
      expect.arrayContaining(['aborted', 'invalid']),
    )
    const signalled = idem.wrap(pass, { name: 'charge', key: () => 'z', signal: () => AbortSignal.abort() })
    await expect(signalled()).rejects.toThrow()
    const aborted = (await waited(told)).find((series) => series.attributes['idem.outcome'] === 'aborted')
    expect(aborted?.value).toBe(2)
  })

  it('made of steps, of which some were done before', async () => {
    const { told, idem } = start()
    const work = (fails: boolean) =>
      idem.run(
        'a',
        async (ctx) => {
          await ctx.step('charge', () => 1)
          if (fails) throw new Error('declined')
          await ctx.step('ship', () => 2)
        },
        { name },
      )
    await expect(work(true)).rejects.toThrow('declined')
    await work(false)
    const steps = await told.series('idem.steps')
    expect(steps.map(({ attributes, value }) => [attributes['idem.step.replayed'], value])).toEqual([
      [false, 2],
      [true, 1],
    ])
  })

  it('successful, with a value that cannot be kept', async () => {
    const { told, idem } = start({ maxResultBytes: 9 })
    await idem.run('a', (ctx) => ctx.step('big', () => 'x'.repeat(99)), { name })
    expect(await told.series('idem.values.omitted')).toEqual(
      once({ 'idem.value.of': 'result' }, { 'idem.value.of': 'step' }),
    )
    await expect(idem.run('a', () => 1, { name })).rejects.toMatchObject({ code: 'RESULT_UNAVAILABLE' })
    expect((await waited(told)).map(({ attributes }) => attributes['idem.outcome'])).toEqual(
      expect.arrayContaining(['executed', 'replayed']),
    )
  })

  it('answered by a store that warns', async () => {
    const store: MemoryStore & { diagnose?: () => Promise<string[]> } = new MemoryStore()
    store.diagnose = async () => ['records can be evicted']
    const { told, idem } = start({ store })
    await idem.run('a', () => 1, { name })
    await expect.poll(() => told.series('idem.store.warnings')).toEqual([{ attributes: {}, value: 1 }])
  })
})

describe('attributes', () => {
  it('name the operation as its records do', async () => {
    const { told, idem } = start()
    await idem.run('a', () => 1, { name: ['pay', 'a:b,c%'] })
    const names = (await Promise.all(['idem.executions', 'idem.execution.duration'].map(told.series))).map(
      ([series]) => series?.attributes['idem.operation.name'],
    )
    expect(names).toEqual(['pay,a%3Ab%2Cc%25', 'pay,a%3Ab%2Cc%25'])
  })

  it('are few, also if names are made of what differs from call to call', async () => {
    const { told, idem } = start()
    for (let n = 0; n < 250; n++) await idem.run('a', () => 1, { name: `user ${n}` })
    for (const metric of await told.metrics()) {
      expect(metric.dataPoints.length, metric.descriptor.name).toBeLessThanOrEqual(201)
    }
    const other = { 'idem.operation.name': '_OTHER', 'idem.outcome': 'executed' }
    expect(await executions(told)).toContainEqual({ attributes: other, value: 50 })
    expect(new Set(told.spans().map((span) => span.name)).size).toBeLessThanOrEqual(210)
  })

  it('hold nothing of keys, payloads, values, steps or messages', async () => {
    const secret = () => `s3cr3t-${Math.random()}`
    const { told, idem, other } = start({ processes: 2, maxResultBytes: 200, onInProgress: 'reject' })
    const more = () => ({ name, scope: secret(), fingerprint: { card: secret() } })
    await idem.run(secret(), (ctx) => ctx.step(secret(), () => secret()), more())
    await idem.run(secret(), () => secret().repeat(99), more())
    const error = Object.assign(new Error(secret()), { name: secret(), code: secret(), details: secret() })
    await idem.run(secret(), () => Promise.reject(error), more()).catch(() => {})
    const key = secret()
    const { entered, pass, open } = gate()
    const first = idem.run(key, pass, { name })
    await entered
    await other.run(key, pass, { name }).catch(() => {})
    open()
    await first
    await idem.run(key, pass, more()).catch(() => {})
    const down = otelIdem({ store: failing('claim'), onStoreDown: 'run' }, told.otel)
    await down.run(secret(), () => secret(), more())
    await idem.inspect(key, { name })
    await idem.forget(key, { name })
    const exported = await told.exported()
    expect(exported).toContain('rejected')
    for (const text of ['s3cr3t', 'down']) expect([text, exported.includes(text)]).toEqual([text, false])
  })
})
