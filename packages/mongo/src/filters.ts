import type { Holder, Resolution } from '@idem/core'
import type { Filter } from 'mongodb'
import { escapeText } from './escaped-text'
import { isAhead, isPast } from './expressions'
import type { RecordDocument } from './record-document'

type RecordFilter = Filter<RecordDocument>

/** The record of a key, as long as anything of it is kept. */
export function kept(key: string): RecordFilter {
  return { _id: escapeText(key), state: { $ne: 'deleted' }, $expr: isAhead('$goneAt') }
}

/** The record of a key if this owner's attempt was the last one, and it is in this state. */
export function own({ key, owner, fence }: Holder, state: Partial<RecordDocument>): RecordFilter {
  const isSame = fence === undefined ? {} : { fence }
  return { _id: escapeText(key), ...isSame, owner: escapeText(owner), ...state, $expr: isAhead('$goneAt') }
}

/** What only the owner of a running attempt may write. */
export const held = (holder: Holder): RecordFilter => own(holder, { state: 'running' })

/** A record that waits for somebody's decision. */
export function resolvable({ key }: Resolution): RecordFilter {
  return {
    _id: escapeText(key),
    $expr: isAhead('$expiresAt'),
    $or: [
      { state: 'abandoned' },
      { state: 'failed', retryable: true },
      { state: 'running', $expr: isPast('$leaseUntil') },
    ],
  }
}
