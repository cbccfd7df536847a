/// <reference path="../sql.d.ts" />
import { type Names, quoteLiteral } from '../names'
import lockTable from './locks/001-table.sql'
import lockWatched from './locks/002-watched.sql'
import lockAcquire from './locks/003-acquire.sql'
import lockRelease from './locks/004-release.sql'
import lockWatch from './locks/005-watch.sql'
import table from './records/001-table.sql'
import watched from './records/002-watched.sql'
import claim from './records/003-claim.sql'
import claimAll from './records/004-claim-all.sql'
import complete from './records/005-complete.sql'
import completeAll from './records/006-complete-all.sql'
import fail from './records/007-fail.sql'
import extend from './records/008-extend.sql'
import release from './records/009-release.sql'
import saveStep from './records/010-save-step.sql'
import resolve from './records/011-resolve.sql'
import remove from './records/012-delete.sql'
import watch from './records/013-watch.sql'
import begin from './records/014-begin.sql'
import settle from './records/015-settle.sql'
import committed from './records/016-committed.sql'

/** In order; what has been released stays as it is, and what is new comes after it. */
export const recordMigrations: readonly string[] = [
  ...[table, watched, claim, claimAll, complete, completeAll, fail],
  ...[extend, release, saveStep, resolve, remove, watch],
  ...[begin, settle, committed],
]

/** Likewise. */
export const lockMigrations: readonly string[] = [lockTable, lockWatched, lockAcquire, lockRelease, lockWatch]

/** A step that a database takes once. */
export interface Migration {
  /** From 0; steps are taken in this order. */
  readonly version: number
  /** Statements, separated by semicolons. The last one remembers that the step was taken. */
  readonly sql: string
}

/** The same steps as {@link migration} takes, one by one and to be read, for those who let another tool take them. */
export function migrationSteps(names: Names, migrations: readonly string[]): readonly Migration[] {
  const prepare = `CREATE SCHEMA IF NOT EXISTS ${names.fill('{{schema}}')};\n\n${versions(names, ' IF NOT EXISTS')};\n`
  const steps = migrations.map((text, i) => ({
    version: i + 1,
    sql: `${names.fill(text).trim()};\n\n${remember(names, i + 1)};\n`,
  }))
  return [{ version: 0, sql: prepare }, ...steps]
}

const versions = (names: Names, unless = ''): string =>
  `CREATE TABLE${unless} ${names.of('_migrations')} (` +
  'version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())'

const remember = (names: Names, version: number): string =>
  `INSERT INTO ${names.of('_migrations')} (version) VALUES (${version})`

/**
 * One statement that does what is still to be done, and nothing if that is nothing. As one statement it is one
 * transaction, on whatever connection; a lock makes those who start at once go one after another.
 */
export function migration(names: Names, migrations: readonly string[]): string {
  const { schema } = names
  const done = names.of('_migrations')
  const steps = migrations.map(
    (text, i) => `
  IF NOT EXISTS (SELECT FROM ${done} WHERE version = ${i + 1}) THEN
    EXECUTE ${quoteLiteral(names.fill(text))};
    ${remember(names, i + 1)};
  END IF;`,
  )
  const body = `
BEGIN
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the encoding of the database must be UTF8; it is %', current_setting('server_encoding')
      USING ERRCODE = '0A000';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('idem migrate', 0));
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)}) THEN
    CREATE SCHEMA ${names.fill('{{schema}}')};
  END IF;
  IF to_regclass(${quoteLiteral(done)}) IS NULL THEN
    ${versions(names)};
  END IF;${steps.join('')}
END`
  return `DO ${quoteLiteral(body)}`
}
