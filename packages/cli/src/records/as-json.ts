import type { StoredRecord } from '@idem/core'
import { keyParts } from './key-parts'
import type { Row } from './row'

/** Times as ISO texts; what is without end is null. */
export function rowAsJson(row: Row) {
  return {
    key: row.key,
    state: row.state,
    retryable: row.retryable,
    attempt: row.attempt,
    takeover: row.takeover,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    ...(row.leaseUntil !== undefined && { leaseUntil: iso(row.leaseUntil) }),
    ...(row.leaseMs !== undefined && { leaseMs: row.leaseMs }),
    expiresAt: iso(row.expiresAt),
  }
}

/** Everything; values as the tagged JSON that they are kept in, or else as text. */
export function recordAsJson(record: StoredRecord) {
  return {
    ...rowAsJson(record),
    parts: keyParts(record.key) ?? null,
    fence: record.fence,
    owner: record.owner,
    fingerprint: record.fingerprint,
    ...kept('value', record.value),
    ...kept('failure', record.failure),
    steps: record.steps.map((step) => ({ name: step.name, ...kept('value', step.value) })),
  }
}

/** Missing where nothing is kept. */
function kept(name: string, text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    return { [name]: JSON.parse(text) as unknown }
  } catch {
    return { [`${name}Text`]: text }
  }
}

export const iso = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null)
