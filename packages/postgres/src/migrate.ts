import { migration } from './migrations/migrations'
import type { Names } from './names'
import type { PostgresClient } from './options'
import { postgresFailure } from './postgres-failure'

/** Brings the tables up to date, however many processes do so at once. @throws StoreError */
export async function migrate(
  client: PostgresClient,
  names: Names,
  migrations: readonly string[],
): Promise<void> {
  try {
    await client.query(migration(names, migrations))
  } catch (error) {
    throw postgresFailure('migrate', error)
  }
}
