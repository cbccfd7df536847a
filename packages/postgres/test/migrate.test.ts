import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterAll, expect, inject, it } from 'vitest'
import { lockStoreMigrations, PostgresLockStore, PostgresStore, storeMigrations } from '../src'
import { database, describeOnPostgres } from './database'
import { bundleProgram } from './programs/bundle-program'

const databases: ReturnType<typeof database>[] = []

function fresh() {
  const db = database()
  databases.push(db)
  return db
}

afterAll(async () => {
  await Promise.all(databases.map((db) => db.end()))
})

const claim = {
  ...{ key: 'key', owner: 'owner', leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
} as const

describeOnPostgres('migrate', () => {
  it('is safe when 20 processes start at once, for records and for locks', async () => {
    const { schema } = fresh()
    const folder = mkdtempSync(join(tmpdir(), 'idem-start-'))
    const processes: ChildProcess[] = []
    try {
      const program = await bundleProgram('start', folder)
      const args = [program, inject('postgresUrl') as string, schema]
      const starts = Array.from({ length: 20 }, () => {
        const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
        processes.push(started)
        return { started, lines: createInterface({ input: started.stdout })[Symbol.asyncIterator]() }
      })
      for (const { lines } of starts) expect(await lines.next()).toMatchObject({ value: 'ready' })
      for (const { started } of starts) started.stdin.end('go\n')
      const told = await Promise.all(starts.map(async ({ lines }) => JSON.parse((await lines.next()).value)))
      expect(told.filter(([type]) => type === 'acquired')).toHaveLength(1)
      expect(told.filter(([type]) => type === 'running')).toHaveLength(19)
      expect(told.filter(([, acquired]) => acquired)).toHaveLength(1)
    } finally {
      for (const started of processes) started.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  }, 60_000)

  it('changes nothing where there is nothing to do, and then needs no right to', async () => {
    const { schema, pool } = fresh()
    const own = pool()
    const user = `reader ${randomUUID()}`
    await new PostgresStore(own, { schema }).migrate()
    await own.query(`CREATE ROLE "${user}" LOGIN`)
    await own.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${user}"`)
    await own.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${user}"`)
    const url = new URL(inject('postgresUrl') as string)
    url.username = encodeURIComponent(user)
    const theirs = new PostgresStore(pool({ connectionString: url.href }), { schema })
    await theirs.migrate()
    expect(await theirs.claim(claim)).toMatchObject({ type: 'acquired' })
    await own.query(`DROP OWNED BY "${user}"`)
    await expect(theirs.claim(claim)).rejects.toThrow(/permission denied.*grant/)
    await own.query(`DROP ROLE "${user}"`)
  })

  it('has nothing left to do where its steps were taken one by one', async () => {
    const { schema, pool } = fresh()
    const own = pool()
    for (const { sql } of [...storeMigrations({ schema }), ...lockStoreMigrations({ schema })])
      await own.query(sql)
    const versions = `SELECT * FROM "${schema}".records_migrations ORDER BY version`
    const { rows } = await own.query(versions)
    const [store, locks] = [new PostgresStore(own, { schema }), new PostgresLockStore(own, { schema })]
    await store.migrate()
    await locks.migrate()
    expect((await own.query(versions)).rows).toEqual(rows)
    expect(rows).toHaveLength(storeMigrations().length - 1)
    expect(await store.claim(claim)).toMatchObject({ type: 'acquired' })
    expect(await locks.acquire({ name: 'name', owner: 'owner', ttlMs: 60_000 })).toMatchObject({
      acquired: true,
    })
  })

  it('is what is missing where there is no table, and the error says so', async () => {
    const { schema, pool } = fresh()
    const store = new PostgresStore(pool(), { schema })
    await expect(store.claim(claim)).rejects.toMatchObject({ code: 'STORE' })
    await expect(store.claim(claim)).rejects.toThrow(/run migrate\(\)/)
    await expect(store.get('key')).rejects.toThrow(/run migrate\(\)/)
    await expect(store.sweep()).rejects.toThrow(/run migrate\(\)/)
  })

  it('takes any names, and they stay names', async () => {
    const { pool } = fresh()
    const own = pool()
    const odd = `"; DROP SCHEMA public; -- ' \\ ${randomUUID().slice(0, 8)}`
    const store = new PostgresStore(own, { schema: odd, table: `'"\\; --` })
    const other = new PostgresStore(own, { schema: odd, table: 'Records' })
    try {
      await Promise.all([store.migrate(), other.migrate()])
      expect(await store.claim(claim)).toMatchObject({ type: 'acquired' })
      expect(await store.get('key')).toMatchObject({ state: 'running' })
      expect(await other.get('key')).toBeUndefined()
      expect(await store.complete({ ...claim, value: 'v', retentionMs: 1, tombstoneMs: 0 })).toBe(true)
    } finally {
      await own.query(`DROP SCHEMA "${odd.replaceAll('"', '""')}" CASCADE`)
    }
    const { rows } = await own.query(`SELECT FROM pg_namespace WHERE nspname = 'public'`)
    expect(rows).toHaveLength(1)
  })

  it('can be started by many at once in sessions that are stricter than usual', async () => {
    const { schema, pool } = fresh()
    const options = '-c default_transaction_isolation=repeatable\\ read'
    const pools = Array.from({ length: 8 }, () => pool({ max: 1, options }))
    await Promise.all(pools.map((own) => own.query('SELECT 1')))
    await Promise.all(pools.map((own) => new PostgresStore(own, { schema }).migrate()))
    expect(await new PostgresStore(pool(), { schema }).claim(claim)).toMatchObject({ type: 'acquired' })
  })

  it('refuses a database that could not keep every answer', async () => {
    const { schema, pool } = fresh()
    const name = `latin_${randomUUID().replaceAll('-', '')}`
    const own = pool()
    await own.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`)
    const url = new URL(inject('postgresUrl') as string)
    url.pathname = name
    const latin = new Client({ connectionString: url.href })
    await latin.connect()
    try {
      await expect(new PostgresStore(latin, { schema }).migrate()).rejects.toThrow(/UTF8; it is LATIN1/)
    } finally {
      await latin.end()
      await own.query(`DROP DATABASE ${name}`)
    }
  })
})
