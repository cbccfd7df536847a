import { Pool } from 'pg'

/** A process's connections. */
export function openPool(url: string): Pool {
  // What nobody waits for any more is not to stand in line: after an outage the line would be all that is served.
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 2000 })
  // Of connections that are lost while nobody uses them.
  pool.on('error', () => {})
  return pool
}
