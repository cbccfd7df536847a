import { Pool } from 'pg'

/** A process's connections. */
export function openPool(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 5 })
  // Of connections that are lost while nobody uses them.
  pool.on('error', () => {})
  return pool
}
