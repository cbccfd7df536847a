import { Client } from 'pg'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Receipt } from '../../src/payment/charge-card'
import { postgres as kind } from '../../src/stores/postgres/postgres'
import type { OpenStore } from '../../src/stores/store-kind'
import { type Demo, order, startDemo } from '../support/demo'
import { connectTo, privatePostgres } from '../support/private-postgres'

vi.setConfig({ testTimeout: 30_000 })

const server = await privatePostgres()

describe.skipIf(server === undefined)('records and payments in PostgreSQL', () => {
  type Opened = OpenStore & Demo & { readonly book: NonNullable<OpenStore['book']>; readonly notes: string[] }

  beforeAll(async () => {
    await kind.locate({ DATABASE_URL: server?.url })
  })

  async function start(): Promise<Opened> {
    const notes: string[] = []
    const { store, book, close } = await kind.open(server?.url ?? '', (line) => notes.push(line))
    if (book === undefined) throw new Error('payments have no book')
    // After the service, which still needs it to stop.
    onTestFinished(close)
    return { ...(await startDemo({ store, book, leaseMs: 500 })), store, book, close, notes }
  }

  /** What the table has. */
  async function rows(token?: string): Promise<Record<string, unknown>[]> {
    const client = await connectTo(server)
    return (await client.query('SELECT * FROM demo.payments WHERE token = $1 OR $1 IS NULL', [token])).rows
  }

  async function recovered(demo: Demo): Promise<void> {
    await vi.waitFor(async () => expect((await demo.get('/health')).code).toBe(200), 10_000)
  }

  test('twenty processes that start at once on an empty database find it ready', async () => {
    const client = await connectTo(server)
    await client.query('DROP SCHEMA IF EXISTS demo CASCADE')
    await Promise.all(Array.from({ length: 20 }, () => kind.locate({ DATABASE_URL: server?.url })))
    expect(await rows()).toEqual([])
    expect((await (await start()).pay(order())).code).toBe(200)
  })

  test('a server that answers is taken as it is, and no password is shown', async () => {
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

  test('a payment is one row, which tells what its receipt tells', async () => {
    const demo = await start()
    const payment = order({ amount: '0.07' })
    const paid = await demo.pay(payment)
    await demo.pay(payment)
    const token = payment.idempotent_token
    const { body } = await demo.get(`/payment/book?token=${token}`)
    expect(body).toMatchObject({ status: 'SUCCESS', message: '1 payment', count: 1 })
    const { result } = (await demo.get(`/payment/status?token=${token}`)).body
    expect(result.order_id).toBe(paid.body.order_id)
    expect(body.payments).toEqual([{ ...result, idempotent_token: token, paid_at: expect.any(String) }])
    expect(await rows(token)).toMatchObject([{ ...result, amount: '0.07', token }])
  })

  test('the largest amount that may be paid has room', async () => {
    const demo = await start()
    const payment = order({ amount: '1000000000000' })
    expect((await demo.pay(payment)).code).toBe(200)
    expect(await rows(payment.idempotent_token)).toMatchObject([{ amount: '1000000000000.00' }])
  })

  test('a payment that fails is recorded as failed, and has no row until it is paid', async () => {
    const demo = await start()
    const payment = order()
    const token = payment.idempotent_token
    expect((await demo.pay(payment, { Simulate: 'gateway-failure' })).code).toBe(500)
    expect((await demo.get(`/payment/status?token=${token}`)).body).toMatchObject({ status: 'FAILED' })
    expect(await rows(token)).toEqual([])
    expect((await demo.pay(payment)).code).toBe(200)
    expect(await rows(token)).toHaveLength(1)
  })

  test('while the gateway takes its time, the payment is seen running, and no transaction is open', async () => {
    const demo = await start()
    const payment = order()
    demo.gateway.hold()
    const paying = demo.pay(payment)
    await demo.gateway.arrival(1)
    const { body } = await demo.get(`/payment/status?token=${payment.idempotent_token}`)
    expect(body).toMatchObject({ status: 'PROCESSING', result: null, attempt: 1 })
    expect(await demo.pay(payment)).toMatchObject({ code: 202, body: { status: 'PROCESSING' } })
    const client = await connectTo(server)
    const { rows: open } = await client.query(
      `SELECT state FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
    )
    expect(open).toEqual([])
    demo.gateway.release()
    expect((await paying).code).toBe(200)
  })

  test('the records that go with rows are not those of payments', async () => {
    const demo = await start()
    const payment = order()
    await demo.pay(payment)
    const { records } = (await demo.get('/payment/records?limit=100')).body
    const same = records.filter((record: { idempotent_key: string }) => {
      return record.idempotent_key === payment.idempotent_token
    })
    expect(same).toHaveLength(1)
  })

  test('a token is remembered for as long as its row', async () => {
    const demo = await start()
    await demo.pay(order())
    const { records } = await demo.store.list({ prefix: '', limit: 1000 })
    const settled = records.filter(({ state }) => state === 'succeeded')
    expect(settled.length).toBeGreaterThanOrEqual(2)
    expect(settled.filter(({ expiresAt }) => expiresAt !== Number.POSITIVE_INFINITY)).toEqual([])
  })

  const receipt = (id: number): Receipt => ({
    order_id: `PAY_${id}`,
    charge_id: String(id),
    amount: '1.00',
    user_id: 'user_123',
    description: '',
  })

  test('however many enter a payment at once, one row is made, and all are given its receipt', async () => {
    const { book } = await start()
    const { book: other } = await start()
    const { idempotent_token: token } = order()
    const given = await Promise.all(
      Array.from({ length: 40 }, (_, id) => (id % 2 === 0 ? book : other).enter(token, receipt(id))),
    )
    const [row] = await rows(token)
    expect(await rows(token)).toHaveLength(1)
    expect(new Set(given.map(({ order_id }) => order_id))).toEqual(new Set([row?.['order_id']]))
  })

  test('where the row cannot be made, nothing is recorded of it either', async () => {
    const demo = await start()
    const payment = order()
    const token = payment.idempotent_token
    const client = await connectTo(server)
    // As of a payment whose records somebody has lost.
    await client.query(
      `INSERT INTO demo.payments (token, order_id, charge_id, amount, user_id, description)
       VALUES ($1, 'earlier', 'earlier', 1, 'user_123', '')`,
      [token],
    )
    const { code, body } = await demo.pay(payment)
    expect(code).toBe(500)
    expect(body).toMatchObject({ status: 'FAILED', message: 'The payment failed inside the service' })
    expect(demo.reports).toHaveLength(1)
    expect(await rows(token)).toMatchObject([{ order_id: 'earlier' }])
    const recorded = async () => {
      const { records } = await demo.store.list({ prefix: 'book:', limit: 1000 })
      return records.filter(({ key }) => key.includes(token)).map(({ state }) => state)
    }
    expect(await recorded()).toEqual([])
    await client.query('DELETE FROM demo.payments WHERE token = $1', [token])
    expect((await demo.pay(payment)).code).toBe(200)
    expect(await recorded()).toEqual(['succeeded'])
    expect(demo.gateway.ledger.charges(token)).toHaveLength(1)
  })

  test('the book shows the newest hundred, and counts all', async () => {
    const demo = await start()
    await Promise.all(Array.from({ length: 101 }, () => demo.pay(order())))
    const last = order()
    await demo.pay(last)
    const { body } = await demo.get('/payment/book')
    expect(body.count).toBe((await rows()).length)
    expect(body.payments).toHaveLength(100)
    expect(body.payments[0].idempotent_token).toBe(last.idempotent_token)
    expect(await demo.get('/payment/book?token=%07')).toMatchObject({ code: 400 })
    expect((await demo.get('/payment/book?token=never')).body).toMatchObject({ count: 0, payments: [] })
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
    expect((await waiting).body.order_id).toBe((await paying).body.order_id)
    expect(second.gateway.arrived).toBe(0)
  })

  test('while the server is away clients are told to come again, and nothing is charged; then all is as before', async () => {
    const demo = await start()
    const paid = order()
    const first = await demo.pay(paid)
    await server?.kill()

    const payment = order()
    for (const refused of [await demo.pay(payment), await demo.pay(paid)]) {
      expect(refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
      expect(refused.headers.get('Retry-After')).toBe('1')
    }
    for (const path of [
      '/payment/records',
      '/payment/book',
      `/payment/status?token=${paid.idempotent_token}`,
    ]) {
      expect(await demo.get(path)).toMatchObject({ code: 503, body: { status: 'RETRY' } })
    }
    expect(await demo.get('/health')).toMatchObject({ code: 503, body: { store: { state: 'failing' } } })
    expect(demo.gateway.arrived).toBe(1)

    await server?.restart()
    await recovered(demo)
    const replayed = await demo.pay(paid)
    expect(replayed.headers.get('Idempotency-Replayed')).toBe('true')
    expect(replayed.body.order_id).toBe(first.body.order_id)
    expect(await demo.pay(payment)).toMatchObject({ code: 200 })
    expect(demo.gateway.ledger.charges()).toHaveLength(2)
    expect(await rows(paid.idempotent_token)).toHaveLength(1)
    expect(await rows(payment.idempotent_token)).toHaveLength(1)
    expect(demo.notes).toEqual([
      'PostgreSQL is away: until it is back, payments are told to come again',
      'PostgreSQL is back',
    ])
  })

  test('a payment that is charged while the server is away is made by the retry: one charge, one row', async () => {
    const demo = await start()
    const payment = order()
    const token = payment.idempotent_token
    demo.gateway.hold()
    const paying = demo.pay(payment)
    await demo.gateway.arrival(1)
    await server?.kill()
    demo.gateway.release()
    // It is not made before it is entered.
    expect(await paying).toMatchObject({ code: 503, body: { status: 'RETRY' } })
    expect(demo.gateway.ledger.charges(token)).toHaveLength(1)

    await server?.restart()
    await recovered(demo)
    expect(await rows(token)).toEqual([])
    expect(await demo.pay(payment, { Prefer: 'wait=20' })).toMatchObject({ code: 200 })
    expect(demo.gateway.ledger.charges(token)).toHaveLength(1)
    expect(await rows(token)).toHaveLength(1)
  })

  test('after an outage, whoever waits for a payment of another process is still answered', async () => {
    const [first, second] = [await start(), await start()]
    await server?.kill()
    await server?.restart()
    await Promise.all([recovered(first), recovered(second)])
    const payment = order()
    first.gateway.hold()
    const paying = first.pay(payment)
    await first.gateway.arrival(1)
    const waiting = second.pay(payment, { Prefer: 'wait=20' })
    await second.waiting(1)
    first.gateway.release()
    expect((await waiting).body.order_id).toBe((await paying).body.order_id)
  })

  test('a store can be opened while the server is away, and answers when it is back', async () => {
    await server?.kill()
    const demo = await start()
    expect((await demo.pay(order())).code).toBe(503)
    await server?.restart()
    await recovered(demo)
    expect((await demo.pay(order())).code).toBe(200)
  })

  test('a silent server is found out', async () => {
    const demo = await start()
    await server?.pause()
    const refused = demo.pay(order())
    expect((await demo.get('/health')).body.store.state).toBe('silent')
    expect(await refused).toMatchObject({ code: 503, body: { status: 'RETRY' } })
    await server?.resume()
    await recovered(demo)
  })
})

test('without a server one is started that keeps what it has answered, and is gone when it is closed', async () => {
  vi.stubEnv('DATABASE_URL', '')
  const place = await kind.locate({})
  const { store, book, close } = await kind.open(place.url, () => {})
  expect(place.described).toMatch(
    /^in a PostgreSQL started for the demo, at 127\.0\.0\.1:\d+ \(.+\), and gone with it$/,
  )
  expect(await store.get('nothing')).toBeUndefined()
  expect(await store.diagnose?.()).toEqual([])
  expect(await book?.read()).toEqual({ count: 0, entries: [] })
  await close()
  await place.close()
  await expect(new Client({ connectionString: place.url }).connect()).rejects.toThrow('ECONNREFUSED')
})
