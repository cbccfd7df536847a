import { randomUUID } from 'node:crypto'
import { Client, Pool, type PoolConfig } from 'pg'
import { inject } from 'vitest'

/** A schema of a test file's own, and what is needed to look into it. */
export interface Database {
  readonly schema: string
  pool(config?: PoolConfig): Pool
  /** Connected. */
  client(): Promise<Client>
  /** Ends every client, and removes the schema. */
  end(): Promise<void>
}

export function database(): Database {
  const connectionString = inject('postgresUrl') as string
  const schema = `test ${randomUUID()}`
  const open: (Pool | Client)[] = []
  const pool = (config: PoolConfig = {}) => {
    const created = new Pool({ connectionString, ...config }).on('error', () => {})
    open.push(created)
    return created
  }
  return {
    schema,
    pool,
    async client() {
      const client = new Client({ connectionString }).on('error', () => {})
      open.push(client)
      await client.connect()
      return client
    },
    async end() {
      await pool({ max: 1 }).query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      await Promise.all(open.map((client) => ('ended' in client && client.ended ? undefined : client.end())))
    },
  }
}
