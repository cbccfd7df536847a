import { StoreError } from '@idem/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { claimOf, completionOf } from './claims'
import { database, describeOnPostgres } from './database'

const db = database()
const pool = db.pool()
const store = new PostgresStore(pool, { schema: db.schema })

beforeAll(() => store.migrate())
afterAll(() => db.end())

describeOnPostgres('a watch', () => {
  it('wakes who waits when the listener loses its connection, once, and further ones are refused', async () => {
    const listener = await db.client()
    const watching = new PostgresStore(pool, { schema: db.schema, listener })
    let told = 0
    const leave = new AbortController()
    await watching.watch?.('key', () => told++, leave.signal)
    const { rows } = await listener.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    await expect.poll(() => told).toBe(1)
    await expect(watching.watch?.('other', () => told++, leave.signal)).rejects.toThrow(StoreError)
    leave.abort()
    expect(told).toBe(1)
  })

  it('ends no watch of another store that was given the same listener', async () => {
    const listener = await db.client()
    const [one, other] = [1, 2].map(() => new PostgresStore(pool, { schema: db.schema, listener }))
    const [leaving, staying] = [new AbortController(), new AbortController()]
    const key = crypto.randomUUID()
    const heard = new Promise<void>((resolve) => {
      void other?.watch?.(key, () => resolve(), staying.signal)
    })
    await other?.watch?.(`${key}:too`, () => {}, staying.signal)
    await one?.watch?.(key, () => {}, leaving.signal)
    leaving.abort()
    await one?.claim({ ...claimOf('any'), key })
    await one?.delete(key)
    await heard
    staying.abort()
  })

  it('leaves nothing behind: no mark, no listener', async () => {
    const listener = await db.client()
    const watching = new PostgresStore(pool, { schema: db.schema, listener })
    const leave = new AbortController()
    const marks = async () =>
      (await pool.query(`SELECT FROM "${db.schema}".records_watched WHERE key = 'left'`)).rowCount
    await Promise.all([1, 2].map(() => watching.watch?.('left', () => {}, leave.signal)))
    expect(await marks()).toBe(1)
    leave.abort()
    await expect.poll(marks).toBe(0)
    expect(listener.listenerCount('notification')).toBe(0)
    const { rows } = await listener.query('SELECT pg_listening_channels()')
    expect(rows).toEqual([])
  })

  it('gives the listener a command once it has answered the one before, whichever store it is of', async () => {
    const listener = await db.client()
    const underWay = { now: 0, most: 0, all: 0 }
    const query = listener.query.bind(listener) as (text: string) => Promise<unknown>
    listener.query = (async (text: string) => {
      underWay.all++
      underWay.most = Math.max(underWay.most, ++underWay.now)
      return query(text).finally(() => underWay.now--)
    }) as typeof listener.query
    const stores = [1, 2].map(() => new PostgresStore(pool, { schema: db.schema, listener }))
    const key = crypto.randomUUID()
    for (let i = 0; i < 10; i++) {
      for (const watching of stores) {
        const leave = new AbortController()
        watching.watch?.(key, () => {}, leave.signal).catch(() => {})
        leave.abort()
      }
    }
    const leave = new AbortController()
    const heard = new Promise<void>((resolve) => {
      void stores[0]?.watch?.(`${key}:watched`, () => resolve(), leave.signal)
    })
    await stores[0]?.watch?.(key, () => {}, leave.signal)
    const claim = claimOf(`${key}:watched`)
    await store.claim(claim)
    await store.complete(completionOf(claim))
    await heard
    leave.abort()
    await expect.poll(() => underWay.now).toBe(0)
    expect(underWay.all).toBeGreaterThan(20)
    expect(underWay.most).toBe(1)
  })

  it('is placed where the one before could not be', async () => {
    const listener = await db.client()
    await listener.query('BEGIN')
    await expect(listener.query('SELECT 1 / 0')).rejects.toThrow()
    const watching = new PostgresStore(pool, { schema: db.schema, listener })
    const leave = new AbortController()
    const key = crypto.randomUUID()
    await expect(watching.watch?.(key, () => {}, leave.signal)).rejects.toThrow(StoreError)
    await listener.query('ROLLBACK')
    await watching.watch?.(key, () => {}, leave.signal)
    const { rows } = await listener.query('SELECT pg_listening_channels()')
    expect(rows).toHaveLength(1)
    leave.abort()
  })

  it('waits for who settles at that moment: a settle is told of, or over when the watch is placed', async () => {
    const key = crypto.randomUUID()
    const claim = claimOf(key)
    await store.claim(claim)
    const settling = await pool.connect()
    await settling.query('BEGIN')
    await settling.query(`SELECT "${db.schema}".records_complete($1, $2, NULL, 'v', 60000, 0)`, [
      key,
      claim.owner,
    ])
    const watching = new PostgresStore(pool, { schema: db.schema, listener: await db.client() })
    const leave = new AbortController()
    let placed = false
    const watch = watching
      .watch?.(key, () => {}, leave.signal)
      .then(() => {
        placed = true
      })
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${db.schema}%records_watch%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1)
    expect(placed).toBe(false)
    await settling.query('COMMIT')
    settling.release()
    await watch
    expect(await store.get(key)).toMatchObject({ state: 'succeeded' })
    leave.abort()
  })

  it('costs those nothing who settle what nobody watches', async () => {
    const other = await db.client()
    const heard: string[] = []
    other.on('notification', ({ payload }) => heard.push(payload ?? ''))
    const { rows } = await other.query<{ channel: string }>(
      `SELECT 'idem_' || md5(format('"%s"."records"', $1::text)) AS channel`,
      [db.schema],
    )
    await other.query(`LISTEN ${rows[0]?.channel}`)
    const watching = new PostgresStore(pool, { schema: db.schema, listener: await db.client() })
    const leave = new AbortController()
    let told = 0
    await watching.watch?.('watched', () => told++, leave.signal)
    for (const key of ['unwatched', 'watched']) {
      const claim = claimOf(key)
      await store.claim(claim)
      await store.complete(completionOf(claim))
    }
    await expect.poll(() => told).toBe(1)
    expect(heard).toEqual(['watched'])
    leave.abort()
  })
})
