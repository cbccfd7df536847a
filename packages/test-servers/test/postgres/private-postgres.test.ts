import { existsSync, readdirSync } from 'node:fs'
import { Client, Pool } from 'pg'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import {
  type PrivatePostgres,
  type PrivatePostgresOptions,
  startPrivatePostgres,
} from '../../src/postgres/private-postgres'
import { serverOrSkip } from '../../src/server-or-skip'
import type { PrivateServer } from '../../src/supervision/private-server'

const had = serverOrSkip('a private PostgreSQL', await startPrivatePostgres())
afterAll(() => had?.stop())

const started: PrivateServer[] = []
const open: (Client | Pool)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => {})))
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

async function start(options?: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const server = await startPrivatePostgres(options)
  if ('reason' in server) throw new Error(server.reason)
  started.push(server)
  return server
}

function connect({ url }: { readonly url: string }, max = 10): Pool {
  const pool = new Pool({ connectionString: url, max })
  pool.on('error', () => {})
  open.push(pool)
  return pool
}

/** One connection, and the process that the server has for it. */
async function connectOnce({ url }: { readonly url: string }): Promise<{ client: Client; pid: number }> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  open.push(client)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return { client, pid: rows[0]?.pid as number }
}

const words = async (pool: Pool) =>
  (await pool.query<{ word: string }>('SELECT word FROM words')).rows.map(({ word }) => word)

describe.skipIf(had === undefined)('startPrivatePostgres', () => {
  it('keeps every commit that was answered over a kill, and nothing that was not committed', async () => {
    const server = await start()
    const pool = connect(server)
    await pool.query('CREATE TABLE words (word text)')
    const { client } = await connectOnce(server)
    await client.query('BEGIN')
    await client.query("INSERT INTO words VALUES ('uncommitted')")
    const answered: string[] = []
    const writes = Array.from({ length: 500 }, async (_, i) => {
      // One that is not answered may have been committed or not.
      await pool.query('INSERT INTO words VALUES ($1)', [`word ${i}`]).then(
        () => answered.push(`word ${i}`),
        () => {},
      )
    })
    await vi.waitFor(() => expect(answered.length).toBeGreaterThan(20), { interval: 1, timeout: 10_000 })
    await server.kill()
    const before = [...answered]
    await server.restart()

    const kept = await words(pool)
    expect(kept).toEqual(expect.arrayContaining(before))
    expect(kept).not.toContain('uncommitted')
    await Promise.all(writes)
  })

  it('kills the processes of its connections with it, also one that is at work', async () => {
    const server = await start()
    const { client, pid } = await connectOnce(server)
    const working = client.query('SELECT count(*) FROM generate_series(1, 1000000000)').then(
      () => 'done',
      () => 'lost',
    )
    await vi.waitFor(async () => {
      const { rows } = await connect(server, 1).query(
        "SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
        [pid],
      )
      expect(rows).toHaveLength(1)
    }, 10_000)
    await server.kill()
    expect(await working).toBe('lost')
    // It works on no more, and is gone once the system has taken notice.
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 20_000 })
  })

  it('comes back when it was killed at once after it came back', async () => {
    const server = await start()
    const pool = connect(server)
    await pool.query("CREATE TABLE words AS SELECT 'kept' AS word")
    for (let nth = 0; nth < 3; nth++) {
      await server.kill()
      await server.restart()
    }
    expect(await words(pool)).toEqual(['kept'])
  })

  it('does not answer while it is paused, on no connection, and goes on where it was', async () => {
    const server = await start()
    const pool = connect(server)
    await pool.query("CREATE TABLE words AS SELECT 'kept' AS word")
    await server.pause()
    let answered = 0
    const count = () => {
      answered++
    }
    // The first goes to the process that the connection has, the second to the server itself.
    const answers = [words(pool).finally(count), words(connect(server)).finally(count)]
    // A server that ran would answer within these 200 ms; a paused one never does.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(answered).toBe(0)
    await server.resume()
    expect(await Promise.all(answers)).toEqual([['kept'], ['kept']])
  })

  it('leaves no process when it is stopped while it is paused', async () => {
    const server = await start()
    const { pid } = await connectOnce(server)
    await server.pause()
    await server.stop()
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 20_000 })
  })

  it('writes what it commits to disk, unless it is told otherwise', async () => {
    const told = { settings: { fsync: 'off', max_connections: '20' } }
    const [careful, careless] = await Promise.all([start(), start(told)])
    const shown = async (server: PrivateServer) => {
      const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'listen_addresses']
      const text = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')
      return (await connect(server).query(`SELECT ${text}`)).rows[0]
    }
    const kept = { synchronous_commit: 'on', full_page_writes: 'on', listen_addresses: '127.0.0.1' }
    expect(await shown(careful)).toEqual({ ...kept, fsync: 'on', max_connections: '200' })
    expect(await shown(careless)).toEqual({ ...kept, ...told.settings })
    expect(new URL(careful.url)).toMatchObject({ hostname: '127.0.0.1', port: String(careful.port) })
  })

  it('says from where it is started', async () => {
    const lines: string[] = []
    await start({ progress: (line) => lines.push(line) })
    expect(lines).toEqual([expect.stringMatching(/^starting a private PostgreSQL from .+ …$/)])
  })

  it('is a standby of another, where that is asked for: it reads, follows and can be made the primary', async () => {
    const primary = await start()
    const writing = connect(primary)
    await writing.query("CREATE TABLE words AS SELECT 'before' AS word")
    const standby = connect(await start({ standbyOf: primary }))
    await writing.query("INSERT INTO words VALUES ('after')")
    await vi.waitFor(async () => expect(await words(standby)).toEqual(['before', 'after']), 20_000)
    await expect(standby.query("INSERT INTO words VALUES ('no')")).rejects.toMatchObject({ code: '25006' })
    await primary.kill()
    await standby.query('SELECT pg_promote()')
    await standby.query("INSERT INTO words VALUES ('alone')")
    expect(await words(standby)).toEqual(['before', 'after', 'alone'])
  })
})

const small = serverOrSkip(
  'a private PostgreSQL with a small disk',
  await startPrivatePostgres({ smallDiskBytes: 1 << 20 }),
)
afterAll(() => small?.stop())

describe.skipIf(small === undefined)('a small disk', () => {
  it('can be filled by its server, and is seen by nobody else', async () => {
    const pool = connect(small as PrivateServer)
    await pool.query(`CREATE TABLESPACE small LOCATION '${small?.smallDisk}'`)
    await pool.query('CREATE TABLE words (word text) TABLESPACE small')
    const fill = pool.query("INSERT INTO words SELECT repeat('x', 100) FROM generate_series(1, 100000)")
    await expect(fill).rejects.toMatchObject({ code: '53100' })
    expect(readdirSync(small?.smallDisk ?? '')).toEqual([])
  })

  it('is gone with its server, also when that is killed', async () => {
    const server = await start({ smallDiskBytes: 1 << 20 })
    await server.kill()
    await server.restart()
    await server.stop()
    expect(existsSync(server.smallDisk)).toBe(false)
  })
})
