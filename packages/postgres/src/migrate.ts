import { inTurn } from './in-turn'
import {
  lockMigrations,
  type Migration,
  migration,
  migrationSteps,
  recordMigrations,
} from './migrations/migrations'
import { Names } from './names'
import type { PostgresClient } from './options'
import { isConflict, isThereAlready, postgresFailure } from './postgres-failure'

/** How often it is sent in all, where a session that sees less than what was committed runs into it. */
const SENDS = 10

/** Brings the tables up to date, however many processes do so at once. @throws StoreError */
export async function migrate(
  client: PostgresClient,
  names: Names,
  migrations: readonly string[],
): Promise<void> {
  for (let sent = 1; ; sent++) {
    try {
      await inTurn(client, () => client.query(migration(names, migrations)))
      return
    } catch (error) {
      if (sent === SENDS || !(isConflict(error) || isThereAlready(error)))
        throw postgresFailure('migrate', error)
    }
  }
}

/** Where the tables are to be, as the options of the store have it. */
export interface MigrationOptions {
  /** The schema that the table is in. @defaultValue `'idem'` */
  readonly schema?: string | undefined
  /** The table. @defaultValue `'records'` or `'locks'` */
  readonly table?: string | undefined
}

/**
 * What `PostgresStore.migrate()` does, as steps of SQL for a tool that takes each once and in order. Where
 * both are used the tool comes first: what it has done `migrate()` leaves out, but not the other way round.
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
