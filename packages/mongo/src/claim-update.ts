import type { Claim } from '@idem/core'
import { after } from './durations'
import { escapeText } from './escaped-text'
import { isAhead, isPast, literal, NEXT_FENCE, NOW, orAsItIs, type Update } from './expressions'

/**
 * What a claim does to the document of its key, as a pipeline that the server runs on it: `Store.claim` of the contract,
 * rule by rule. Where the claim is not granted the document becomes what it was, which writes nothing.
 *
 * Of a document that is not there yet it is given the `_id`, and no other field.
 */
export function claimUpdate(claim: Claim): Update {
  const isOpen = [isAhead('$expiresAt'), ...fits(claim)]
  const isOwn = { $eq: ['$owner', literal(escapeText(claim.owner))] }
  return [
    {
      $replaceWith: orAsItIs(
        [IS_GONE, firstAttempt(claim)],
        [{ $and: [IS_RUNNING, isOwn, ...isOpen] }, { $mergeObjects: ['$$ROOT', held(claim)] }],
        [
          { $and: [{ $not: [isOwn] }, { $or: mayFollow(claim) }, ...isOpen] },
          { $mergeObjects: ['$$ROOT', nextAttempt(claim)] },
        ],
      ),
    },
  ]
}

/**
 * The first of those rules alone: the claim is granted if there is nothing. Half as long again as a plain insert, where the
 * whole is eight times that; and for most claims it is all there is to decide.
 */
export function firstClaimUpdate(claim: Claim): Update {
  return [{ $replaceWith: orAsItIs([IS_GONE, firstAttempt(claim)]) }]
}

function firstAttempt(claim: Claim): Record<string, unknown> {
  return {
    ...{ _id: '$_id', attempt: 1, takeover: false, createdAt: NOW, ...begun(claim) },
    ...(claim.fingerprint !== undefined && { fingerprint: literal(escapeText(claim.fingerprint)) }),
  }
}

function nextAttempt(claim: Claim): Record<string, unknown> {
  const { fingerprint } = claim
  return {
    ...begun(claim),
    attempt: { $add: ['$attempt', 1] },
    takeover: { $ne: ['$state', 'failed'] },
    // Of an attempt that lapsed there is no failure: what the record has is of the one before it.
    failure: { $cond: [IS_RUNNING, null, '$failure'] },
    ...(fingerprint !== undefined && {
      fingerprint: { $ifNull: ['$fingerprint', literal(escapeText(fingerprint))] },
    }),
  }
}

function begun(claim: Claim): Record<string, unknown> {
  const owner = literal(escapeText(claim.owner))
  return { state: 'running', owner, fence: NEXT_FENCE, retryable: false, updatedAt: NOW, ...held(claim) }
}

function held({ leaseMs, keepMs }: Claim): Record<string, unknown> {
  const expiresAt = after(keepMs)
  return { leaseUntil: after(leaseMs), expiresAt, goneAt: expiresAt }
}

const IS_RUNNING = { $eq: ['$state', 'running'] }

/** Of what is not there, too. */
const IS_GONE = { $or: [isPast('$goneAt'), { $eq: ['$state', 'deleted'] }] }

/** Only two fingerprints can differ. */
function fits({ fingerprint }: Claim): unknown[] {
  if (fingerprint === undefined) return []
  return [{ $in: [{ $ifNull: ['$fingerprint', null] }, [null, literal(escapeText(fingerprint))]] }]
}

/** After what, if it is not the claimant's own, the next attempt may begin. */
function mayFollow({ maxAttempts, onAbandoned, waitedFor }: Claim): unknown[] {
  const isLeft = maxAttempts === Infinity ? [] : [{ $lt: ['$attempt', maxAttempts] }]
  const isNews = waitedFor === undefined ? [] : [{ $lt: ['$fence', waitedFor] }]
  const failed = { $and: [{ $eq: ['$state', 'failed'] }, '$retryable', ...isLeft, ...isNews] }
  if (onAbandoned === 'reject') return [failed]
  const hasLapsed = { $and: [IS_RUNNING, isPast('$leaseUntil')] }
  const abandoned = { $or: [{ $eq: ['$state', 'abandoned'] }, hasLapsed] }
  return [failed, { $and: [abandoned, ...(onAbandoned === 'takeover' ? isLeft : [])] }]
}
