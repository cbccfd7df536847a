import { Idem, type IdemEvent, MemoryStore, type Transactional } from '@idem/core'
import { PostgresStore } from '@idem/postgres'
import type { Pool, PoolClient } from 'pg'
import { describe, expectTypeOf, test } from 'vitest'
import { observeRecords, otelIdem, otelObserver, otelStore } from '../src/index'

declare const pool: Pool

describe('otelIdem', () => {
  test('gives what the constructor gives: transactions where the store has them, and nowhere else', () => {
    expectTypeOf(otelIdem({ store: new MemoryStore() })).toEqualTypeOf<Idem>()
    const idem = otelIdem({ store: new PostgresStore(pool) })
    expectTypeOf(idem).toExtend<Idem & Transactional<PoolClient>>()
    // @ts-expect-error a store in memory has no transactions
    otelIdem({ store: new MemoryStore() }).transaction
    expectTypeOf(idem.wrap(async (n: number) => `${n}`, { name: 'a', key: () => 'a' })(1)).toEqualTypeOf<
      Promise<string>
    >()
  })

  test('takes the options of the constructor, and of OpenTelemetry', () => {
    otelIdem({ store: new MemoryStore(), lease: '5s', observer: () => {} }, { keys: true })
    // @ts-expect-error there is no such option
    otelIdem({ store: new MemoryStore() }, { values: true })
    // @ts-expect-error without a store nothing can be kept
    otelIdem({})
  })
})

describe('the parts', () => {
  test('fit where they go', () => {
    new Idem({ store: otelStore(new MemoryStore()), observer: otelObserver() })
    expectTypeOf(otelStore(new MemoryStore())).toEqualTypeOf<MemoryStore>()
    expectTypeOf(otelObserver()).parameters.toEqualTypeOf<[IdemEvent]>()
    expectTypeOf(observeRecords(otelIdem({ store: new MemoryStore() }))).toEqualTypeOf<() => void>()
    // @ts-expect-error records are in metrics only
    observeRecords(otelIdem({ store: new MemoryStore() }), { keys: true })
  })
})
