import type { BrokenStore } from './broken-store'

const file = 'packages/core/src/record/settle.ts'
const COMPLETED_BEFORE = "if (record?.state === 'succeeded') return DONE_BEFORE"
const COMPLETE = "if (record?.state !== 'running') return REFUSED\n  return { outcome: true, next: succeeded("
const EXTEND = "if (record?.state !== 'running') return REFUSED\n  const expiresAt"
const RENEWED = '{ ...record, leaseUntil: now + lease.leaseMs, expiresAt, goneAt: expiresAt }'
const FAILED_BEFORE = 'if (record?.state === state && record.retryable === retryable) return DONE_BEFORE'
const RESOLVED_BEFORE =
  "if (record.state === 'succeeded' && record.owner === resolution.owner) return DONE_BEFORE"
const SAVED_BEFORE = 'if (record.steps.some((saved) => saved.name === step.name)) return DONE_BEFORE'
const UNRESOLVABLE = 'if (isFinal(record) || isLive(record, now)) return REFUSED'

/** Stores that renew, settle, save or resolve wrongly. */
export const brokenSettlements: readonly BrokenStore[] = [
  ...['lease', 'completion', 'report', 'step'].map((request) => ({
    name: `does not check the owner of a ${request}`,
    find: `ownRecord(found, ${request}, now)`,
    replace: 'kept(found, now)',
  })),
  {
    name: 'does not tell an attempt from an earlier one of the same owner',
    find: '(fence ?? record.fence) === record.fence',
    replace: 'true',
  },
  { name: 'renews no lease', find: RENEWED, replace: '{ ...record, expiresAt, goneAt: expiresAt }' },
  { name: 'renews no keeping', find: RENEWED, replace: '{ ...record, leaseUntil: now + lease.leaseMs }' },
  {
    name: 'renews from the end of the lease, not from now',
    find: RENEWED,
    replace: '{ ...record, leaseUntil: record.leaseUntil + lease.leaseMs, expiresAt, goneAt: expiresAt }',
  },
  {
    name: 'refuses to renew after the lease',
    find: EXTEND,
    replace: 'if (record === undefined || !isLive(record, now)) return REFUSED\n  const expiresAt',
  },
  {
    name: 'renews a settled record',
    find: EXTEND,
    replace: 'if (record === undefined) return REFUSED\n  const expiresAt',
  },
  { name: 'refuses a completion sent again', find: COMPLETED_BEFORE, replace: '' },
  {
    name: 'completes once more when the completion is sent again',
    find: COMPLETED_BEFORE,
    replace:
      "if (record?.state === 'succeeded') return { outcome: true, next: succeeded(record, completion, now) }",
  },
  {
    name: 'refuses a completion after the lease',
    find: COMPLETE,
    replace:
      'if (record === undefined || !isLive(record, now)) return REFUSED\n  return { outcome: true, next: succeeded(',
  },
  {
    name: 'completes what its owner has reported as failed',
    find: COMPLETE,
    replace: 'if (record === undefined) return REFUSED\n  return { outcome: true, next: succeeded(',
  },
  { name: 'refuses a failure sent again', find: FAILED_BEFORE, replace: '' },
  {
    name: 'takes a failure of another kind for the same one sent again',
    find: FAILED_BEFORE,
    replace: 'if (record?.state === state) return DONE_BEFORE',
  },
  {
    name: 'takes a report for done whatever the record is',
    find: FAILED_BEFORE,
    replace: "if (record !== undefined && record.state !== 'running') return DONE_BEFORE",
  },
  {
    name: 'leaves a tombstone where there was no answer',
    find: "kind === 'final' ? keeping(report, now) : keeping({ ...report, tombstoneMs: 0 }, now)",
    replace: 'keeping(report, now)',
  },
  {
    name: 'leaves no tombstones',
    find: 'goneAt: after(expiresAt, tombstoneMs)',
    replace: 'goneAt: expiresAt',
  },
  {
    name: 'saves a step twice',
    find: SAVED_BEFORE,
    replace: '',
  },
  {
    name: 'overwrites a step',
    find: `${SAVED_BEFORE}\n  const steps = [...record.steps,`,
    replace: 'const steps = [...record.steps.filter((saved) => saved.name !== step.name),',
  },
  {
    name: 'takes no value of a step for a step that was not saved',
    find: 'saved.name === step.name)',
    replace: 'saved.name === step.name && saved.value !== undefined)',
  },
  {
    name: 'saves steps of a settled record',
    find: "if (record?.state !== 'running') return REFUSED\n  if (record.steps",
    replace: 'if (record === undefined) return REFUSED\n  if (record.steps',
  },
  {
    name: 'resolves a record that is held under a live lease',
    find: UNRESOLVABLE,
    replace: 'if (isFinal(record)) return REFUSED',
  },
  {
    name: 'resolves a record that has its answer',
    find: UNRESOLVABLE,
    replace: 'if (isLive(record, now)) return REFUSED',
  },
  {
    name: 'leaves a resolved record to its owner',
    find: '{ ...record, owner: resolution.owner }',
    replace: 'record',
  },
  { name: 'refuses a resolution sent again', find: RESOLVED_BEFORE, replace: '' },
  {
    name: 'resolves a tombstone',
    find: 'if (record === undefined || now >= record.expiresAt) return REFUSED',
    replace: 'if (record === undefined) return REFUSED\n  if (now >= record.expiresAt) return DONE_BEFORE',
  },
  {
    name: 'finds what is past its keeping when it deletes',
    find: 'kept(found, now) === undefined ? REFUSED',
    replace: 'found === undefined ? REFUSED',
  },
  {
    name: 'keeps the failure of a record that succeeded',
    find: 'failure: undefined,',
    replace: 'failure: record.failure,',
  },
  {
    name: 'does not show that a record changed when it succeeded',
    find: 'value: settled.value,\n    updatedAt: now,',
    replace: 'value: settled.value,',
  },
  {
    name: 'takes an empty value for none',
    find: 'value: settled.value',
    replace: 'value: settled.value || undefined',
  },
].map((broken) => ({ ...broken, file }))
