import type { Claim, FailureReport } from '@idem/core'
import { claimUpdate } from '../claim-update'
import { escapeText } from '../escaped-text'
import { literal, orAsItIs, type Update } from '../expressions'
import { failed } from '../settle-update'

/**
 * The final failure of a transaction that was rolled back, as an attempt that is claimed and fails in one step: only if the
 * key can be claimed still, and nobody has claimed it since it was granted.
 */
export function finalFailureUpdate(
  claim: Claim,
  report: FailureReport,
  granted: { readonly attempt: number; readonly fence: number },
): Update {
  const [{ $replaceWith: claimed }] = claimUpdate(claim) as [{ $replaceWith: unknown }]
  const isAsGranted = { $lt: [{ $ifNull: ['$fence', 0] }, granted.fence] }
  const isClaimed = {
    $and: [{ $eq: ['$state', 'running'] }, { $eq: ['$owner', literal(escapeText(claim.owner))] }],
  }
  const settled = { ...failed(report), attempt: granted.attempt, fence: { $toLong: granted.fence } }
  return [
    { $replaceWith: orAsItIs([isAsGranted, claimed]) },
    { $replaceWith: orAsItIs([isClaimed, { $mergeObjects: ['$$ROOT', settled] }]) },
  ]
}
