import type { Claim } from '@idem/core'
import { after } from './durations'
import { escapeText } from './escaped-text'
import { literal, NEXT_FENCE, NOW, orAsItIs } from './expressions'

/**
 * What a claim does to the document of its key, as a pipeline that the server runs on it: `Store.claim` of the contract,
 * rule by rule. Where the claim is not granted the document becomes what it was, which writes nothing.
 *
 * Of a document that is not there yet it is given the `_id`, and no other field.
 */
export function claimUpdate(claim: Claim): Record<string, unknown>[] {
  const { fingerprint } = claim
  const owner = literal(escapeText(claim.owner))
  const print = fingerprint === undefined ? undefined : literal(escapeText(fingerprint))
  const expiresAt = after(claim.keepMs)
  const held = { leaseUntil: after(claim.leaseMs), expiresAt, goneAt: expiresAt }
  const begun = { state: 'running', owner, fence: NEXT_FENCE, retryable: false, updatedAt: NOW, ...held }

  const first = {
    ...{ _id: '$_id', attempt: 1, takeover: false, createdAt: NOW, ...begun },
    ...(print !== undefined && { fingerprint: print }),
  }
  const next = {
    ...begun,
    attempt: { $add: ['$attempt', 1] },
    takeover: { $ne: ['$state', 'failed'] },
    // Of an attempt that lapsed there is no failure: what the record has is of the one before it.
    failure: { $cond: [IS_RUNNING, null, '$failure'] },
    ...(print !== undefined && { fingerprint: { $ifNull: ['$fingerprint', print] } }),
  }

  const isOpen = [{ $lt: [NOW, '$expiresAt'] }, ...fits(print)]
  const isOwn = { $eq: ['$owner', owner] }
  return [
    {
      $replaceWith: orAsItIs(
        [IS_GONE, first],
        [{ $and: [IS_RUNNING, isOwn, ...isOpen] }, { $mergeObjects: ['$$ROOT', held] }],
        [
          { $and: [{ $not: [isOwn] }, { $or: mayFollow(claim) }, ...isOpen] },
          { $mergeObjects: ['$$ROOT', next] },
        ],
      ),
    },
  ]
}

const IS_RUNNING = { $eq: ['$state', 'running'] }

/** Of what is not there, too. */
const IS_GONE = { $or: [{ $not: [{ $lt: [NOW, '$goneAt'] }] }, { $eq: ['$state', 'deleted'] }] }

/** Only two fingerprints can differ. */
function fits(print: unknown): unknown[] {
  if (print === undefined) return []
  return [{ $in: [{ $ifNull: ['$fingerprint', null] }, [null, print]] }]
}

/** After what, if it is not the claimant's own, the next attempt may begin. */
function mayFollow({ maxAttempts, onAbandoned, waitedFor }: Claim): unknown[] {
  const isLeft = maxAttempts === Infinity ? [] : [{ $lt: ['$attempt', maxAttempts] }]
  const isNews = waitedFor === undefined ? [] : [{ $lt: ['$fence', waitedFor] }]
  const failed = { $and: [{ $eq: ['$state', 'failed'] }, '$retryable', ...isLeft, ...isNews] }
  if (onAbandoned === 'reject') return [failed]
  const hasLapsed = { $and: [IS_RUNNING, { $gte: [NOW, '$leaseUntil'] }] }
  const abandoned = { $or: [{ $eq: ['$state', 'abandoned'] }, hasLapsed] }
  return [failed, { $and: [abandoned, ...(onAbandoned === 'takeover' ? isLeft : [])] }]
}
