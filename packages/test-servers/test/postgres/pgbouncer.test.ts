import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startPgBouncer } from '../../src/postgres/pgbouncer'
import { serverOrSkip } from '../../src/server-or-skip'

const url = inject('postgresUrl')
const settings = { default_pool_size: '1' }
const bouncer =
  url === undefined ? undefined : serverOrSkip('PgBouncer', await startPgBouncer(url, { settings }))

describe.skipIf(bouncer === undefined)('startPgBouncer', () => {
  const clients = Array.from({ length: 2 }, () => new Client({ connectionString: bouncer?.url }))
  const [one, other] = clients as [Client, Client]
  beforeAll(() => Promise.all(clients.map((client) => client.connect())))
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()))
    await bouncer?.stop()
  })

  it('gives a session to whoever comes next, and to nobody else during a transaction', async () => {
    const session = async (client: Client) => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0]
    expect(await session(one)).toEqual(await session(other))
    await one.query('BEGIN')
    const order: string[] = []
    const waiting = session(other).then(() => order.push('other'))
    await session(one)
    order.push('one')
    await one.query('COMMIT')
    await waiting
    expect(order).toEqual(['one', 'other'])
  })

  it('listens here only', () => {
    expect(new URL(bouncer?.url ?? '').hostname).toBe('127.0.0.1')
  })

  it('ends when it is stopped', async () => {
    const mine = await startPgBouncer(url ?? '')
    if ('reason' in mine) throw new Error(mine.reason)
    await mine.stop()
    const late = new Client({ connectionString: mine.url })
    await expect(late.connect()).rejects.toThrow('ECONNREFUSED')
  })
})
