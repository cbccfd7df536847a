import type { BrokenStore } from './broken-store'

const file = 'packages/core/src/record/record.ts'
const LIVE = "record.state === 'running' && now < record.leaseUntil"
const KEPT = 'record !== undefined && now < record.goneAt ? record : undefined'
const FINAL = "record.state === 'succeeded' || (record.state === 'failed' && !record.retryable)"
const AFTER = 'Math.min(now + ms, NEVER)'

/** Stores that judge or show a record wrongly. */
export const brokenRecords: readonly BrokenStore[] = [
  {
    name: 'gives away a record that succeeded',
    find: FINAL,
    replace: "record.state === 'failed' && !record.retryable",
  },
  { name: 'gives away a record that failed for good', find: FINAL, replace: "record.state === 'succeeded'" },
  {
    name: 'never tries again after a failure',
    find: FINAL,
    replace: "record.state === 'succeeded' || record.state === 'failed'",
  },
  {
    name: 'judges leases by the clock of the process',
    find: LIVE,
    replace: "record.state === 'running' && Date.now() < record.leaseUntil",
  },
  { name: 'takes every running record for live', find: LIVE, replace: "record.state === 'running'" },
  {
    name: 'judges keeping by the clock of the process',
    find: KEPT,
    replace: 'record !== undefined && Date.now() < record.goneAt ? record : undefined',
  },
  { name: 'forgets nothing', find: KEPT, replace: 'record' },
  {
    name: 'forgets at the end of retention, tombstone or not',
    find: KEPT,
    replace: 'record !== undefined && now < record.expiresAt ? record : undefined',
  },
  {
    name: 'keeps for 32 bits of milliseconds at most',
    find: AFTER,
    replace: 'now + Math.min(ms, 2 ** 31 - 1)',
  },
  {
    name: 'has an end for what was to have none',
    find: 'end >= NEVER ? Infinity : end - now',
    replace: 'end - now',
  },
  {
    name: 'answers without the fingerprint',
    find: '    fingerprint: record.fingerprint,\n    value',
    replace: '    value',
  },
  {
    name: 'shows the failure of the attempt before',
    find: '    failure: failureOf(record),\n    state',
    replace: '    state',
  },
  {
    name: 'shows the failure of the attempt before once the lease has run out',
    find: '    failure: failureOf(record),\n    state',
    replace: '    failure: live ? undefined : record.failure,\n    state',
  },
  {
    name: 'shows tombstones',
    find: 'if (record === undefined || now >= record.expiresAt) return undefined',
    replace: 'if (record === undefined || now >= record.goneAt) return undefined',
  },
  {
    name: 'shows a lapsed record as running',
    find: "state: record.state === 'running' && !live ? 'abandoned' : record.state",
    replace: 'state: record.state',
  },
].map((broken) => ({ ...broken, file }))
