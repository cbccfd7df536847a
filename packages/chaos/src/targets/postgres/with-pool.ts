import type { Pool } from 'pg'
import { openPool } from './open-pool'

/** Uses connections of one's own for a moment. */
export async function withPool<Result>(url: string, use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = openPool(url)
  try {
    return await use(pool)
  } finally {
    await pool.end()
  }
}
