import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type StartPostgresOptions, startPostgres } from '../../src/postgres/postgres'

// Of a server that someone else runs nothing can be asked.
beforeEach(() => vi.stubEnv('DATABASE_URL', undefined))
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
