import type { Completion, FailureReport, Resolution, StepResult } from '@idem/core'
import { keepingEnds } from './durations'
import { escapeText } from './escaped-text'
import { literal, NOW, type Update } from './expressions'
import type { RecordDocument } from './record-document'

/** What is written of a record that has succeeded. */
export function succeeded({ value, ...keeping }: Omit<Completion, 'key' | 'owner'>): Record<string, unknown> {
  return {
    ...{ state: 'succeeded', retryable: false, updatedAt: NOW, failure: null, ...keepingEnds(keeping) },
    ...(value !== undefined && { value: literal(escapeText(value)) }),
  }
}

/** What is written of a record that has failed, or was abandoned. */
export function failed(report: Omit<FailureReport, 'key' | 'owner'>): Record<string, unknown> {
  const { kind, failure } = report
  return {
    ...settledState(kind),
    ...{ updatedAt: NOW, failure: literal(escapeText(failure)) },
    ...keepingEnds(kind === 'final' ? report : { ...report, tombstoneMs: 0 }),
  }
}

/** How a record says which kind of failure it has. */
export function settledState(kind: FailureReport['kind']): Pick<RecordDocument, 'state' | 'retryable'> {
  return { state: kind === 'abandoned' ? 'abandoned' : 'failed', retryable: kind === 'retryable' }
}

export function stepSaved({ name, value }: StepResult): Update {
  const step = {
    name: literal(escapeText(name)),
    ...(value !== undefined && { value: literal(escapeText(value)) }),
  }
  return [{ $set: { steps: { $concatArrays: [{ $ifNull: ['$steps', []] }, [step]] }, updatedAt: NOW } }]
}

export function resolved(resolution: Resolution): Update {
  return [{ $set: { ...succeeded(resolution), owner: literal(escapeText(resolution.owner)) } }]
}

/** A running record as it was before its claim: of a first attempt nothing is left but the fence. */
export const RELEASED: Update = [
  {
    $set: {
      state: {
        $cond: [{ $eq: ['$attempt', 1] }, 'deleted', { $cond: ['$takeover', 'abandoned', 'failed'] }],
      },
      retryable: { $not: ['$takeover'] },
      takeover: false,
      attempt: { $subtract: ['$attempt', 1] },
      // Of what is removed the fence stays: the next attempt is to have a greater one.
      fence: { $cond: [{ $eq: ['$attempt', 1] }, '$fence', { $subtract: ['$fence', 1] }] },
      updatedAt: NOW,
      goneAt: { $cond: [{ $eq: ['$attempt', 1] }, NOW, '$goneAt'] },
    },
  },
]

/** Nothing but the fence is left of it, until the server removes that too. */
export const DELETED: Update = [
  { $set: { state: 'deleted', updatedAt: NOW, expiresAt: NOW, goneAt: NOW } },
  { $unset: ['value', 'failure', 'steps', 'fingerprint'] },
]
