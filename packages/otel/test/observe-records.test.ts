import { Idem, MemoryStore } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { observeRecords } from '../src/index'
import { startTelemetry } from './support/telemetry'

async function start(count = 3) {
  const told = startTelemetry()
  const store = new MemoryStore()
  const idem = new Idem({ store, namespace: 'mine' })
  for (let n = 0; n < count; n++) await idem.run(`${n}`, () => n)
  await idem.run('failed', () => Promise.reject(new Error('no'))).catch(() => {})
  await new Idem({ store, namespace: 'other' }).run('x', () => 1)
  const records = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await told.series('idem.records')).map(({ attributes, value }) => [
        attributes['idem.record.state'],
        value,
      ]),
    )
  return {
    told,
    store,
    idem,
    records,
    uncounted: async () => (await told.series('idem.records.uncounted'))[0]?.value,
  }
}

describe('records by state', () => {
  it('are counted in the namespace, on all pages', async () => {
    const { told, idem, records, uncounted } = await start(1200)
    observeRecords(idem, { meter: told.otel.meter })
    expect(await records()).toEqual({ running: 0, succeeded: 1200, failed: 1, abandoned: 0 })
    expect(await uncounted()).toBe(0)
  })

  it('are counted up to a bound, which is told', async () => {
    const { told, idem, records, uncounted } = await start()
    observeRecords(idem, { meter: told.otel.meter, max: 2 })
    const { succeeded = 0, failed = 0 } = await records()
    expect(succeeded + failed).toBe(2)
    expect(await uncounted()).toBe(1)
  })

  it('are counted as often as allowed, and told in between', async () => {
    const { told, idem, store, records } = await start()
    let walks = 0
    const list = store.list.bind(store)
    store.list = (query) => {
      walks++
      return list(query)
    }
    const stop = observeRecords(idem, { meter: told.otel.meter })
    const seen = await records()
    await idem.run('one more', () => 1)
    expect(await records()).toEqual(seen)
    expect(walks).toBe(1)
    stop()
    observeRecords(idem, { meter: told.otel.meter, every: 0 })
    expect((await records())['succeeded']).toBe((seen['succeeded'] ?? 0) + 1)
    expect((await records())['failed']).toBe(1)
    expect(walks).toBe(3)
  })

  it('are not told while the store fails, and then again', async () => {
    const { told, idem, store, records } = await start()
    const list = store.list.bind(store)
    store.list = () => Promise.reject(new Error('down'))
    observeRecords(idem, { meter: told.otel.meter })
    expect(await records()).toEqual({})
    store.list = list
    expect((await records())['succeeded']).toBe(3)
  })

  it('are not counted for wrong options', async () => {
    const { idem } = await start()
    expect(() => observeRecords(idem, { max: 0 })).toThrow(/^max must be /)
    expect(() => observeRecords(idem, { every: 'often' as never })).toThrow(/^every must be /)
    expect(() => observeRecords(idem, { evry: 1 } as never)).toThrow(/^evry is no option here/)
  })
})
