import type {
  Completion,
  FailureReport,
  Holder,
  Keeping,
  Lease,
  Resolution,
  StepResult,
} from '../contracts/store'
import type { Transition } from './claim'
import { after, isFinal, isLive, kept, type RecordData } from './record'

const REFUSED: Transition<boolean> = { outcome: false }
const DONE_BEFORE: Transition<boolean> = { outcome: true }

/** The record if this owner's attempt was the last one, whether it still runs or not. */
function ownRecord(
  found: RecordData | undefined,
  { owner, fence }: Pick<Holder, 'owner' | 'fence'>,
  now: number,
): RecordData | undefined {
  const record = kept(found, now)
  return record?.owner === owner && (fence ?? record.fence) === record.fence ? record : undefined
}

export function decideExtend(found: RecordData | undefined, lease: Lease, now: number): Transition<boolean> {
  const record = ownRecord(found, lease, now)
  if (record?.state !== 'running') return REFUSED
  const expiresAt = after(now, lease.keepMs)
  return { outcome: true, next: { ...record, leaseUntil: now + lease.leaseMs, expiresAt, goneAt: expiresAt } }
}

export function decideComplete(
  found: RecordData | undefined,
  completion: Completion,
  now: number,
): Transition<boolean> {
  const record = ownRecord(found, completion, now)
  if (record?.state === 'succeeded') return DONE_BEFORE
  if (record?.state !== 'running') return REFUSED
  return { outcome: true, next: succeeded(record, completion, now) }
}

export function decideFail(
  found: RecordData | undefined,
  report: FailureReport,
  now: number,
): Transition<boolean> {
  const record = ownRecord(found, report, now)
  const { kind, failure } = report
  const state = kind === 'abandoned' ? 'abandoned' : 'failed'
  const retryable = kind === 'retryable'
  if (record?.state === state && record.retryable === retryable) return DONE_BEFORE
  if (record?.state !== 'running') return REFUSED
  const ends = kind === 'final' ? keeping(report, now) : keeping({ ...report, tombstoneMs: 0 }, now)
  return { outcome: true, next: { ...record, state, retryable, failure, updatedAt: now, ...ends } }
}

/** What the record was before the claim, as far as the record remembers. */
export function decideRelease(
  found: RecordData | undefined,
  holder: Holder,
  now: number,
): Transition<boolean> {
  const record = ownRecord(found, holder, now)
  if (record?.state !== 'running') return REFUSED
  const { attempt, fence, takeover } = record
  if (attempt === 1) return { outcome: true, next: null }
  const before = { attempt: attempt - 1, fence: fence - 1, takeover: false, updatedAt: now }
  const state = takeover ? 'abandoned' : 'failed'
  return { outcome: true, next: { ...record, ...before, state, retryable: !takeover } }
}

export function decideSaveStep(
  found: RecordData | undefined,
  step: StepResult,
  now: number,
): Transition<boolean> {
  const record = ownRecord(found, step, now)
  if (record?.state !== 'running') return REFUSED
  if (record.steps.some((saved) => saved.name === step.name)) return DONE_BEFORE
  const steps = [...record.steps, { name: step.name, value: step.value }]
  return { outcome: true, next: { ...record, steps, updatedAt: now } }
}

export function decideDelete(found: RecordData | undefined, _key: unknown, now: number): Transition<boolean> {
  return kept(found, now) === undefined ? REFUSED : { outcome: true, next: null }
}

export function decideResolve(
  found: RecordData | undefined,
  resolution: Resolution,
  now: number,
): Transition<boolean> {
  const record = kept(found, now)
  if (record === undefined || now >= record.expiresAt) return REFUSED
  if (record.state === 'succeeded' && record.owner === resolution.owner) return DONE_BEFORE
  if (isFinal(record) || isLive(record, now)) return REFUSED
  return { outcome: true, next: succeeded({ ...record, owner: resolution.owner }, resolution, now) }
}

function succeeded(
  record: RecordData,
  settled: Keeping & { readonly value?: string | undefined },
  now: number,
): RecordData {
  const { expiresAt, goneAt } = keeping(settled, now)
  // Written out: to spread a record of so many fields takes longer than all the rest of a settle.
  return {
    key: record.key,
    state: 'succeeded',
    retryable: false,
    attempt: record.attempt,
    fence: record.fence,
    owner: record.owner,
    takeover: record.takeover,
    fingerprint: record.fingerprint,
    failure: undefined,
    steps: record.steps,
    createdAt: record.createdAt,
    leaseUntil: record.leaseUntil,
    value: settled.value,
    updatedAt: now,
    expiresAt,
    goneAt,
  }
}

function keeping({ retentionMs, tombstoneMs }: Keeping, now: number): { expiresAt: number; goneAt: number } {
  const expiresAt = after(now, retentionMs)
  return { expiresAt, goneAt: after(expiresAt, tombstoneMs) }
}
