import { StoreError } from '@idem/core'

const UNPREPARED = 'a pooler stands in between that knows no prepared statements: leave out `prepare`'

/** What to do about what the server says, by its SQLSTATE, or how that begins. */
const ADVICE: readonly (readonly [code: string, advice: string])[] = [
  ['3F000', 'run migrate()'],
  ['42P01', 'run migrate()'],
  ['42883', 'run migrate()'],
  ['42501', 'grant its user the schema, its tables and its functions: see the README'],
  ['25006', 'connect to the primary: this server, or this session, only reads'],
  ['57014', 'it took longer than statement_timeout allows, or was cancelled'],
  ['57P01', 'the server is being shut down'],
  ['57P03', 'the server is starting, or being shut down'],
  ['53100', 'the disk of the server is full'],
  [
    '53200',
    'the server is out of memory, or of locks: fewer keys a transaction, or raise max_locks_per_transaction',
  ],
  ['25P03', 'nothing was asked for longer than idle_in_transaction_session_timeout allows'],
  ['53300', 'the server takes no more connections: share a pool, or raise max_connections'],
  ['26000', UNPREPARED],
  ['42P05', UNPREPARED],
  ['55P03', 'somebody holds a lock on it'],
  ['28', 'the server does not let this user in'],
]

/** Which conflicts the server wants repeated: nothing of the statement, or of the transaction, has happened. */
const CONFLICTS = ['40001', '40P01']

/** How deep to look for the server's error in what a caller made of it. */
const DEEPEST = 5

/** The SQLSTATE that the server gave, if it is the server who speaks: not the driver, nor the network. */
export function sqlState(error: unknown): string | undefined {
  for (
    let cause = error, depth = 0;
    cause instanceof Error && depth < DEEPEST;
    cause = cause.cause, depth++
  ) {
    const code = (cause as { readonly code?: unknown }).code
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in cause) return code
  }
  return undefined
}

/** Whether the database asks to repeat the whole transaction: a serialization failure, or a deadlock. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.includes(sqlState(error) ?? '')
}

/** Whether a schema, table, function or row is to be made that somebody else has made meanwhile. */
export function isThereAlready(error: unknown): boolean {
  return /^(42P0[67]|42723|42710|23505)$/.test(sqlState(error) ?? '')
}

/** Whether somebody else has the row locked, for longer than it was to be waited for. */
export function isLocked(error: unknown): boolean {
  return sqlState(error) === '55P03'
}

/** Whether it is about what one row holds, or asks to be written: in a batch, the others may be well. */
export function isAboutData(error: unknown): boolean {
  return /^(22|23|54|55P03|25006)/.test(sqlState(error) ?? '')
}

/** A failure of the driver or the server as what the contract says it becomes; what it was is its `cause`. */
export function postgresFailure(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  const state = sqlState(cause)
  const advice = state && ADVICE.find(([code]) => state.startsWith(code))?.[1]
  return new StoreError(`PostgreSQL failed to ${call}: ${said}${advice ? ` (${advice})` : ''}`, { cause })
}
