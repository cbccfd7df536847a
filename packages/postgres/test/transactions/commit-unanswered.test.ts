import { StoreError } from '@idem/core'
import { startTcpProxy } from '@idem/test-servers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { db, pool, process, deposit, balance } = book

describeOnPostgres('a COMMIT that is not answered', () => {
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>
  beforeAll(async () => {
    proxy = await startTcpProxy(inject('postgresUrl') as string)
  })
  afterAll(() => proxy?.close())

  const throughProxy = () => process({}, db.pool({ max: 1, connectionString: proxy.url }))

  it('is looked up, and was one', async () => {
    const lost = proxy.cutAfterNextRequest(1, 'COMMIT')
    let runs = 0
    const value = await throughProxy().transaction(book.key, (ctx) => {
      runs++
      return deposit()(ctx)
    })
    await lost
    expect(value).toBe(10)
    expect(runs).toBe(1)
    expect(await balance()).toBe(10)
  })

  it('is looked up, and was none: the call fails, and the key is free', async () => {
    const idem = throughProxy()
    let runs = 0
    const failing = idem.transaction(book.key, async (ctx) => {
      runs++
      const value = await deposit()(ctx)
      proxy.cut()
      return value
    })
    await expect(failing).rejects.toThrow(StoreError)
    expect(runs).toBe(1)
    expect(await balance()).toBe(0)
    expect(await idem.transaction(book.key, deposit())).toBe(10)
  })

  it('is not said to have failed, or to have committed, before it has ended', async () => {
    const stored = `idem:::${book.key}`
    const committed = (owner: string) =>
      pool.query(`SELECT "${db.schema}".records_committed($1, $2) AS done`, [stored, owner])
    const tx = await pool.connect()
    await tx.query('BEGIN')
    await process().transaction(book.key, deposit(), { tx })
    const found = await tx.query<{ owner: string }>(
      `SELECT owner FROM "${db.schema}".records WHERE key = $1`,
      [stored],
    )
    const { owner } = found.rows[0] as { owner: string }
    await expect(committed(owner)).rejects.toMatchObject({ code: '55P03' })
    const asked = committed(owner)
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${db.schema}%records_committed%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
    await tx.query('COMMIT')
    tx.release()
    expect((await asked).rows).toEqual([{ done: true }])
    expect((await committed('somebody else')).rows).toEqual([{ done: false }])
  })
})
