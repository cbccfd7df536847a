import { randomUUID } from 'node:crypto'
import { StoreError } from '@idem/core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'
import { database, describeOnPostgres } from '../database'
import { failsAndRecovers } from './fails-and-recovers'

const db = database()
const pool = db.pool()
const { schema } = db
const store = new PostgresStore(pool, { schema })

beforeAll(() => store.migrate())
afterAll(() => db.end())

describeOnPostgres('a server', () => {
  it('that lacks the table is told of with what to do, by every call', async () => {
    const table = 'missing'
    const missing = new PostgresStore(pool, { schema, table })
    const locks = new PostgresLockStore(pool, { schema, table: 'no_locks' })
    const claim = claimOf('key')
    const calls = [
      () => missing.get('key'),
      () => missing.list({ prefix: '', limit: 1 }),
      () => missing.complete(completionOf(claim)),
      () => missing.delete('key'),
      () => missing.sweep(),
      () => locks.acquire({ name: 'name', owner: 'owner', ttlMs: 1 }),
      () => locks.isHeld('name'),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(/run migrate\(\)/)
    const [broken, healed] = [missing, missing]
    const heal = () => missing.migrate()
    await failsAndRecovers({ broken, healed, says: /run migrate\(\)/, code: '42883', heal })
  })

  it('that lacks even the schema is told of with what to do', async () => {
    const elsewhere = new PostgresStore(pool, { schema: `${schema} too` })
    const failed = elsewhere.claim(claimOf('key'))
    await expect(failed).rejects.toThrow(/run migrate\(\)/)
    await expect(failed).rejects.toMatchObject({ cause: { code: '3F000' } })
  })

  it('that permits nothing, or not enough, is told of with what to do', async () => {
    const user = `stranger ${randomUUID()}`
    await pool.query(`CREATE ROLE "${user}" LOGIN`)
    try {
      const url = new URL(inject('postgresUrl') as string)
      url.username = encodeURIComponent(user)
      const broken = new PostgresStore(db.pool({ connectionString: url.href }), { schema })
      const failed = broken.claim(claimOf('key'))
      await expect(failed).rejects.toThrow(/permission denied for schema .*grant its user/)
      await pool.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${user}"`)
      await expect(broken.get('key')).rejects.toThrow(/permission denied for table .*grant its user/)
      const tables = `ALL TABLES IN SCHEMA "${schema}" TO "${user}"`
      const heal = () => pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables}`)
      await failsAndRecovers({ broken, healed: store, says: /grant its user/, code: '42501', heal })
      expect(await broken.claim(claimOf(randomUUID()))).toMatchObject({ type: 'acquired' })
    } finally {
      await pool.query(`DROP OWNED BY "${user}"`)
      await pool.query(`DROP ROLE "${user}"`)
    }
  })

  it('that has no such user is told of', async () => {
    const url = new URL(inject('postgresUrl') as string)
    url.username = 'nobody'
    const failed = new PostgresStore(db.pool({ connectionString: url.href }), { schema }).get('key')
    await expect(failed).rejects.toThrow(/does not let this user in/)
  })

  it('that takes longer than statement_timeout is told of, and the record is as it was', async () => {
    const claim = claimOf(randomUUID())
    await store.claim(claim)
    const hasty = new PostgresStore(db.pool({ statement_timeout: 100 }), { schema })
    const holder = await pool.connect()
    await holder.query('BEGIN')
    await holder.query(`SELECT FROM "${schema}".records WHERE key = $1 FOR UPDATE`, [claim.key])
    const late = hasty.complete(completionOf(claim))
    await expect(late).rejects.toThrow(StoreError)
    await expect(late).rejects.toThrow(/statement_timeout/)
    await expect(late).rejects.toMatchObject({ cause: { code: '57014' } })
    await holder.query('ROLLBACK')
    holder.release()
    expect(await store.get(claim.key)).toMatchObject({ state: 'running' })
    expect(await hasty.complete(completionOf(claim))).toBe(true)
  })

  it('whose session only reads is told of with what to do', async () => {
    const reading = db.pool({ options: '-c default_transaction_read_only=on' })
    const broken = new PostgresStore(reading, { schema })
    const says = /connect to the primary/
    await failsAndRecovers({ broken, healed: store, says, code: '25006', heal: async () => {} })
  })
})
