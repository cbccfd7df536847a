import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type StartPostgresOptions, startEmbeddedPostgres, startPostgres } from '../../src/postgres/postgres'
import { startPrivatePostgres } from '../../src/postgres/private-postgres'

// Of a server that someone else runs nothing can be asked.
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', undefined)
  vi.stubEnv('POSTGRES_BIN', undefined)
})
afterEach(() => vi.unstubAllEnvs())

async function durabilityOf(options: StartPostgresOptions): Promise<unknown> {
  const server = await startPostgres(options)
  if ('reason' in server) throw new Error(server.reason)
  const client = new Client({ connectionString: server.url })
  try {
    await client.connect()
    const names = ['fsync', 'synchronous_commit', 'full_page_writes']
    const text = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')
    return (await client.query(`SELECT ${text}`)).rows[0]
  } finally {
    await client.end()
    await server.stop()
  }
}

describe('startPostgres', () => {
  it.each([
    ['waits for no disk', {}, 'off'],
    ['waits for the disk where it is to be durable', { durable: true }, 'on'],
  ])('%s', async (_, options, expected) => {
    const all = { fsync: expected, synchronous_commit: expected, full_page_writes: expected }
    expect(await durabilityOf(options)).toEqual(all)
  })
})

describe('POSTGRES_BIN', () => {
  it('names the folder of the programs, and no others are taken where there are none', async () => {
    vi.stubEnv('POSTGRES_BIN', import.meta.dirname)
    for (const start of [startPostgres, startPrivatePostgres]) {
      const server = await start()
      expect(server).toMatchObject({
        reason: expect.stringContaining(`no postgres in ${import.meta.dirname}`),
      })
      expect(server).not.toMatchObject({ reason: expect.stringMatching(/this machine|embedded/) })
    }
  })
})

describe('startEmbeddedPostgres', () => {
  it('starts PostgreSQL 18, whatever else there is', async () => {
    vi.stubEnv('POSTGRES_BIN', import.meta.dirname)
    const server = await startEmbeddedPostgres()
    if ('reason' in server) throw new Error(server.reason)
    const client = new Client({ connectionString: server.url })
    try {
      await client.connect()
      const { rows } = await client.query('SHOW server_version')
      expect(rows[0]).toMatchObject({ server_version: expect.stringMatching(/^18\./) })
    } finally {
      await client.end()
      await server.stop()
    }
  })
})
