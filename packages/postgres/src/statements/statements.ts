/// <reference path="../sql.d.ts" />
import { type Statement, statement } from '../connection'
import type { Names } from '../names'
import acquire from './acquire.sql'
import awaitWriters from './await-writers.sql'
import begin from './begin.sql'
import claim from './claim.sql'
import claimAll from './claim-all.sql'
import committed from './committed.sql'
import complete from './complete.sql'
import completeAll from './complete-all.sql'
import remove from './delete.sql'
import diagnose from './diagnose.sql'
import extend from './extend.sql'
import extendLock from './extend-lock.sql'
import fail from './fail.sql'
import get from './get.sql'
import isHeld from './is-held.sql'
import list from './list.sql'
import release from './release.sql'
import resolve from './resolve.sql'
import saveStep from './save-step.sql'
import settle from './settle.sql'
import sweepRows from './sweep.sql'
import sweepExtent from './sweep-extent.sql'
import sweepWatched from './sweep-watched.sql'
import unwatch from './unwatch.sql'
import watch from './watch.sql'

const store = {
  ...{ claim, claimAll, complete, completeAll, extend, fail, saveStep, resolve, release },
  ...{ delete: remove, get, list, diagnose },
}

const transaction = { begin, settle, committed }

const watching = { watch, unwatch, awaitWriters }

const sweeping = { extent: sweepExtent, rows: sweepRows, watched: sweepWatched }

const lock = { acquire, extend: extendLock, release, isHeld }

export type StoreStatements = Readonly<Record<keyof typeof store, Statement>>
export type TransactionStatements = Readonly<Record<keyof typeof transaction, Statement>>
export type WatchStatements = Readonly<Record<keyof typeof watching, Statement>>
export type SweepStatements = Readonly<Record<keyof typeof sweeping, Statement>>
export type LockStatements = Readonly<Record<keyof typeof lock, Statement>>

/** One statement for each call of the contract. */
export const storeStatements = (names: Names): StoreStatements => filled(names, store)

/** Likewise. */
export const lockStatements = (names: Names): LockStatements => filled(names, lock)

/** What a transaction takes. */
export const transactionStatements = (names: Names): TransactionStatements => filled(names, transaction)

/** What watching takes, of records as of locks. */
export const watchStatements = (names: Names): WatchStatements => filled(names, watching)

/** Likewise for sweeping. */
export const sweepStatements = (names: Names): SweepStatements => filled(names, sweeping)

function filled<Call extends string>(names: Names, texts: Record<Call, string>): Record<Call, Statement> {
  const statements = Object.entries<string>(texts).map(([call, text]) => [call, statement(names, text)])
  return Object.fromEntries(statements)
}
