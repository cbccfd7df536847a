import { beforeAll, describe, expect, test, vi } from 'vitest'
import { postgres as kind } from '../../src/stores/postgres/postgres'
import { order } from '../support/demo'
import { startOn } from '../support/opened'
import { connectTo, privatePostgres } from '../support/private-postgres'

vi.setConfig({ testTimeout: 30_000 })

const server = await privatePostgres()

describe.skipIf(server === undefined)('records and payments in PostgreSQL', () => {
  const start = () => startOn(kind, server?.url)

  beforeAll(async () => {
    await kind.locate({ DATABASE_URL: server?.url })
  })

  test('no password is shown of a server, whether it answers or not', async () => {
    const url = new URL(server?.url ?? '')
    url.password = 'secret'
    expect(await kind.locate({ DATABASE_URL: url.href })).toMatchObject({
      url: url.href,
      described: `in PostgreSQL at 127.0.0.1:${server?.port}, in the schema demo of the database postgres (DATABASE_URL)`,
    })
    url.pathname = '/nowhere'
    await expect(kind.locate({ DATABASE_URL: url.href })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(
        /no PostgreSQL answers at 127\.0\.0\.1:\d+: database "nowhere" does not exist(?!.*secret)/,
      ),
    })
  })

  test('a user who may not make tables is told so', async () => {
    const client = await connectTo(server)
    await client.query('CREATE ROLE visitor LOGIN')
    await client.query('CREATE DATABASE closed')
    const url = new URL(server?.url ?? '')
    Object.assign(url, { username: 'visitor', pathname: '/closed' })
    await expect(kind.locate({ DATABASE_URL: url.href })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/does not let the demo make its tables: .*permission denied/),
    })
  })

  test('all tables are in a schema that sets them apart from those of others', async () => {
    const client = await connectTo(server)
    const { rows: schemas } = await client.query(
      `SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    expect(schemas).toEqual([{ schemaname: 'demo' }])
  })

  test('while the gateway takes its time, no transaction is open', async () => {
    const demo = await start()
    demo.gateway.hold()
    const paying = demo.pay(order())
    await demo.gateway.arrival(1)
    const client = await connectTo(server)
    const { rows: open } = await client.query(
      `SELECT state FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
    )
    expect(open).toEqual([])
    demo.gateway.release()
    expect((await paying).code).toBe(200)
  })

  test('whoever waits for a payment of another process listens for its answer', async () => {
    const [first, second] = [await start(), await start()]
    const client = await connectTo(server)
    const payment = order()
    first.gateway.hold()
    const paying = first.pay(payment)
    await first.gateway.arrival(1)
    const waiting = second.pay(payment, { Prefer: 'wait=20' })
    await vi.waitFor(async () => {
      const { rows } = await client.query('SELECT key FROM demo.records_watched')
      expect(rows).toEqual([{ key: expect.stringContaining(payment.idempotent_token) }])
    }, 5000)
    first.gateway.release()
    const paid = await paying
    expect(paid.code).toBe(200)
    expect(await waiting).toMatchObject({ code: 200, body: { order_id: paid.body.order_id } })
  })
})
