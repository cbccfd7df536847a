import {
  lockMigrations,
  type Migration,
  migration,
  migrationSteps,
  recordMigrations,
} from './migrations/migrations'
import { Names } from './names'
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

/** Where the tables are to be, as the options of the store have it. */
export interface MigrationOptions {
  /** @defaultValue `'idem'` */
  readonly schema?: string | undefined
  /** @defaultValue `'records'` or `'locks'` */
  readonly table?: string | undefined
}

/**
 * What `PostgresStore.migrate()` does, as steps of SQL for a tool that takes each once and in order. Both may be used: a
 * step that one has taken the other leaves out.
 *
 * @throws TypeError if a name cannot be used
 */
export function storeMigrations({
  schema = 'idem',
  table = 'records',
}: MigrationOptions = {}): readonly Migration[] {
  return migrationSteps(new Names(schema, table), recordMigrations)
}

/** The same for `PostgresLockStore.migrate()`. @throws TypeError if a name cannot be used */
export function lockStoreMigrations({
  schema = 'idem',
  table = 'locks',
}: MigrationOptions = {}): readonly Migration[] {
  return migrationSteps(new Names(schema, table), lockMigrations)
}
