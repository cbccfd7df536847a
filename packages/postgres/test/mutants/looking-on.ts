import type { Claim } from '@idem/core'
import type { Notification, PoolClient } from 'pg'
import { expect } from 'vitest'
import { Names } from '../../src/names'
import type { BrokenPlace } from './broken-place'

/** How long to look for what ought to come at once. */
const PATIENCE_MS = 2000

/** A connection with a transaction open, which is rolled back unless `run` has ended it. */
export async function inTransaction<T>(
  { pool }: BrokenPlace,
  begin: string,
  run: (connection: PoolClient) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect()
  try {
    await connection.query(begin)
    return await run(connection)
  } finally {
    await connection.query('ROLLBACK')
    connection.release()
  }
}

/** Resolves when a statement about this place, with such a text in it, waits for a lock. */
export async function waitsInDatabase({ pool, schema }: BrokenPlace, what: string): Promise<void> {
  const text = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1 AND query LIKE $2`
  const until = performance.now() + PATIENCE_MS
  while ((await pool.query(text, [`%${schema}%`, `%${what}%`])).rowCount === 0) {
    if (performance.now() > until) throw new Error(`nothing like ${what} waits for a lock`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** What a call comes to that meets claims which others have made and commit only when it waits for them. */
export async function besideOpen<T>(
  place: BrokenPlace,
  claims: readonly Claim[],
  call: () => Promise<T>,
): Promise<T> {
  return inTransaction(place, 'BEGIN', async (open) => {
    const winner = place.on(open)
    for (const claim of claims) await winner.claim(claim)
    const pending = call()
    pending.catch(() => {})
    await waitsInDatabase(place, 'claim')
    await open.query('COMMIT')
    return pending
  })
}

/** Which keys everybody who listens is told of while something runs. */
export async function told(
  { pool, listener, schema }: BrokenPlace,
  table: string,
  run: () => Promise<unknown>,
): Promise<string[]> {
  const { channel } = new Names(schema, table)
  const heard: string[] = []
  const hear = (notice: Notification) => {
    if (notice.channel === channel) heard.push(notice.payload ?? '')
  }
  const other = await pool.connect()
  const client = other as unknown as typeof listener
  client.on('notification', hear)
  try {
    await other.query(`LISTEN ${channel}`)
    await run()
    await pool.query('SELECT pg_notify($1, $2)', [channel, 'the end'])
    await expect.poll(() => heard.at(-1), { timeout: PATIENCE_MS, interval: 20 }).toBe('the end')
    return heard.slice(0, -1)
  } finally {
    client.off('notification', hear)
    await other.query(`UNLISTEN ${channel}`)
    other.release()
  }
}
