import { randomUUID } from 'node:crypto'
import { Client, Pool, type PoolConfig } from 'pg'
import { describe, inject } from 'vitest'

/** `describe` for tests that ask the server: skipped where none can be had, which was said when it was looked for. */
export const describeOnPostgres = describe.skipIf(inject('postgresUrl') === undefined)

/** A schema of a test file's own, and what is needed to look into it. */
export interface Database {
  readonly schema: string
  pool(config?: PoolConfig): Pool
  /** Connected: to the server, or to what stands in front of it. */
  client(url?: string): Promise<Client>
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
    async client(url = connectionString) {
      const client = new Client({ connectionString: url }).on('error', () => {})
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
