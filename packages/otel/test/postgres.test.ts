import { randomUUID } from 'node:crypto'
import { PostgresStore } from '@idem/postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { otelIdem, otelStore } from '../src/index'
import { followContext, startTelemetry, treeOf } from './support/telemetry'

const url = inject('postgresUrl')

describe.skipIf(url === undefined)('on PostgreSQL', () => {
  followContext()
  const pool = new Pool({ connectionString: url })
  const schema = `otel_${randomUUID().replaceAll('-', '')}`
  const store = new PostgresStore(pool, { schema })
  beforeAll(async () => {
    await pool.query(`CREATE SCHEMA ${schema}`)
    await otelStore(store, startTelemetry().otel).migrate()
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })

  it('each of many calls, whose rows are written together, has its own and nothing else', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store }, told.otel)
    const names = Array.from({ length: 40 }, (_, n) => `n${n}`)
    await Promise.all(names.map((name) => idem.run(name, () => name, { name })))
    expect(treeOf(told.spans())).toEqual(
      names.flatMap((name) => [
        `idem.execute ${name}: executed`,
        '  idem.store.claim: acquired',
        '  idem.attempt',
        '  idem.store.complete: done',
      ]),
    )
  })

  it('transactions are told: executed, replayed, shared, failed', async () => {
    const told = startTelemetry()
    const idem = otelIdem({ store }, told.otel)
    const options = { name: 'pay' }
    const pay = (key: string) =>
      idem.transaction(
        key,
        async ({ tx }) => {
          told.otel.tracer.startSpan('write').end()
          return (await tx.query('SELECT 1 AS one')).rows[0].one as number
        },
        options,
      )
    expect(await Promise.all([pay('t'), pay('t')])).toEqual([1, 1])
    expect(await pay('t')).toBe(1)
    const fail = async () => {
      throw new Error('no')
    }
    await expect(idem.transaction('u', fail, options)).rejects.toThrow('no')
    expect(treeOf(told.spans())).toEqual([
      'idem.transaction pay: executed',
      '  idem.attempt',
      '    write',
      'idem.transaction pay: shared',
      'idem.transaction pay: replayed',
      'idem.transaction pay: failed',
      '  idem.attempt',
    ])
    const waited = await told.series('idem.execution.duration')
    expect(waited.map(({ attributes }) => attributes['idem.outcome']).sort()).toEqual([
      'executed',
      'failed',
      'replayed',
      'shared',
    ])
  })
})
