import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { database } from './database'

const EXAMPLE = /<!-- (test\/readme\/\S+) -->\n```ts\n(.*?)```/gs

const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, '..', file), 'utf8')

const db = database()
const pool = db.pool()

/** The examples have their tables where sessions look first, and no schema of their own. */
const url = new URL(inject('postgresUrl') as string)
url.searchParams.set('options', `-c search_path=readme`)

beforeAll(async () => {
  process.env['DATABASE_URL'] = url.href
  await pool.query('DROP SCHEMA IF EXISTS readme, idem CASCADE')
  await pool.query('CREATE SCHEMA readme')
  await pool.query('CREATE TABLE readme.accounts (id text PRIMARY KEY, balance integer NOT NULL)')
  await pool.query('CREATE TABLE readme.orders (id text PRIMARY KEY, status text NOT NULL)')
})

afterAll(async () => {
  const [start, { listener }] = await Promise.all([import('./readme/start'), import('./readme/mutex')])
  await Promise.all([start.pool.end(), listener.end()])
  await pool.query('DROP SCHEMA readme, idem CASCADE')
  await db.end()
})

test('every example of the README is a file here, which is compiled and run', async () => {
  const readme = await read('README.md')
  const examples = [...readme.matchAll(EXAMPLE)]
  expect(examples.length).toBe(readme.split('```ts').length - 1)
  for (const [, file = '', code] of examples) expect(code).toBe(await read(file))
})

test('the payment is made once, and prints what it says', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('./readme/pay')
  expect(print.mock.calls).toEqual([[1]])
  print.mockRestore()
})

test('the transfer moves money once, however often it is asked for', async () => {
  const { transfer } = await import('./readme/transfer')
  await pool.query(`INSERT INTO readme.accounts VALUES ('alice', 100), ('bob', 0)`)
  const order = { id: '1', from: 'alice', to: 'bob', amount: 30 }
  const answers = await Promise.all([1, 2, 3].map(() => transfer(order)))
  expect(answers).toEqual([{ left: 70 }, { left: 70 }, { left: 70 }])
  await expect(transfer({ ...order, amount: 40 })).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' })
  await expect(transfer({ ...order, id: '2', amount: 80 })).rejects.toThrow('not enough money')
  const { rows } = await pool.query('SELECT * FROM readme.accounts ORDER BY id')
  expect(rows).toEqual([
    { id: 'alice', balance: 70 },
    { id: 'bob', balance: 30 },
  ])
})

test('the order is shipped once', async () => {
  const { ship } = await import('./readme/ship')
  await pool.query(`INSERT INTO readme.orders VALUES ('1', 'paid')`)
  const shipped = await Promise.all([1, 2, 3].map(() => ship('1')))
  expect(shipped.filter(Boolean)).toHaveLength(1)
})

test('the sweep is made once an hour', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { store } = await import('./readme/start')
  const sweep = vi.spyOn(store, 'sweep')
  await import('./readme/sweep')
  vi.advanceTimersByTime(2 * 3_600_000)
  vi.useRealTimers()
  expect(sweep).toHaveBeenCalledTimes(2)
  expect(await Promise.all(sweep.mock.results.map(({ value }) => value))).toEqual([0, 0])
})

test('the mutex excludes', async () => {
  const { mutex } = await import('./readme/mutex')
  let inside = 0
  const runs = [1, 2, 3].map(() =>
    mutex.run('stock', async () => {
      expect(++inside).toBe(1)
      await pool.query('SELECT pg_sleep(0.01)')
      inside--
    }),
  )
  await Promise.all(runs)
})
