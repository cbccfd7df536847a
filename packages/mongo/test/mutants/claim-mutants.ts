import { mutantsOf } from './store-mutant'

const update = mutantsOf('claim-update')
const outcome = mutantsOf('claim-outcome')
const claims = mutantsOf('claims')
const first = mutantsOf('first-document')
const expressions = mutantsOf('expressions')

/**
 * The rules of `Store.claim`, each broken by itself. Not among them is what costs a command, and changes no answer
 * (commands.test.ts counts those), nor what the second command of a claim asks only for the sake of what may have happened
 * since the first: that the record is gone, has another fingerprint, or failed for good. The first has refused those.
 */
export const claimMutants = [
  update(
    'acquired again, its lease is as it was',
    "        [{ $and: [IS_RUNNING, isOwn, ...isOpen] }, { $mergeObjects: ['$$ROOT', held(claim)] }],\n",
    '',
  ),
  update('a stranger renews a lease', '[IS_RUNNING, isOwn, ...isOpen]', '[IS_RUNNING, ...isOpen]'),
  update('an attempt follows its own failure', '{ $not: [isOwn] }, { $or', '{ $or'),
  update('a live attempt is followed', '{ $or: mayFollow(claim) }, ...isOpen', '...isOpen'),
  update(
    'a first attempt has no fingerprint',
    '    ...(claim.fingerprint !== undefined && { fingerprint: literal(escapeText(claim.fingerprint)) }),\n',
    '',
  ),
  update('attempts are not counted', "    attempt: { $add: ['$attempt', 1] },\n", ''),
  update('nothing is a takeover', "{ $ne: ['$state', 'failed'] }", 'false'),
  update('every next attempt is a takeover', "{ $ne: ['$state', 'failed'] }", 'true'),
  update(
    'a lapsed attempt has the failure before it',
    "    failure: { $cond: [IS_RUNNING, null, '$failure'] },\n",
    '',
  ),
  update('the failure before is forgotten', "{ $cond: [IS_RUNNING, null, '$failure'] }", 'null'),
  update(
    'a fingerprint is not taken where there was none',
    "$ifNull: ['$fingerprint', literal(escapeText(fingerprint))]",
    "$ifNull: ['$fingerprint', null]",
  ),
  update('a running record may be tried again', 'retryable: false, updatedAt: NOW', 'updatedAt: NOW'),
  update(
    'a claim does not move the last change',
    'retryable: false, updatedAt: NOW',
    "retryable: false, updatedAt: { $ifNull: ['$updatedAt', NOW] }",
  ),
  update('a fence comes twice', 'fence: NEXT_FENCE', "fence: { $ifNull: ['$fence', { $toLong: 1 }] }"),
  update('a keeping ends before it should', 'expiresAt, goneAt: expiresAt', "expiresAt, goneAt: '$goneAt'"),
  update(
    'a lease is not given anew',
    'leaseUntil: after(leaseMs)',
    "leaseUntil: { $ifNull: ['$leaseUntil', after(leaseMs)] }",
  ),
  update(
    'what was deleted stays so',
    "[isPast('$goneAt'), { $eq: ['$state', 'deleted'] }]",
    "[isPast('$goneAt')]",
  ),
  update(
    'what is past its keeping stays',
    "[isPast('$goneAt'), { $eq: ['$state', 'deleted'] }]",
    "[{ $eq: [{ $type: '$goneAt' }, 'missing'] }, { $eq: ['$state', 'deleted'] }]",
  ),
  update(
    'a record without a fingerprint is of another payload',
    '[null, literal(escapeText(fingerprint))]',
    '[literal(escapeText(fingerprint))]',
  ),
  update(
    'there is no last attempt',
    "maxAttempts === Infinity ? [] : [{ $lt: ['$attempt', maxAttempts] }]",
    'maxAttempts === 0 ? [0] : []',
  ),
  update(
    'there is one attempt too many',
    "$lt: ['$attempt', maxAttempts]",
    "$lte: ['$attempt', maxAttempts]",
  ),
  update(
    'who waited runs, too',
    "waitedFor === undefined ? [] : [{ $lt: ['$fence', waitedFor] }]",
    'waitedFor === 0 ? [0] : []',
  ),
  update(
    'who waited for that very attempt runs, too',
    "$lt: ['$fence', waitedFor]",
    "$lte: ['$fence', waitedFor]",
  ),
  update('what failed is not tried again', "{ $eq: ['$state', 'failed'] }, '$retryable'", 'false'),
  update('whoever rejects takes over', "  if (onAbandoned === 'reject') return [failed]\n", ''),
  update('a live attempt is taken over', "[IS_RUNNING, isPast('$leaseUntil')]", '[IS_RUNNING]'),
  update('an answer is taken over', "[IS_RUNNING, isPast('$leaseUntil')]", "[isPast('$leaseUntil')]"),
  update(
    'what was reported abandoned stays so',
    "[{ $eq: ['$state', 'abandoned'] }, hasLapsed]",
    '[hasLapsed]',
  ),
  update(
    'what has lapsed stays so',
    "[{ $eq: ['$state', 'abandoned'] }, hasLapsed]",
    "[{ $eq: ['$state', 'abandoned'] }]",
  ),
  update('takeovers are not counted', "onAbandoned === 'takeover' ? isLeft : []", '[]'),
  update('reconciliations are counted', "onAbandoned === 'takeover' ? isLeft : []", 'isLeft'),

  outcome(
    'a tombstone is an answer',
    "  if (hasTombstone && now >= record.expiresAt) return { type: 'expired' }\n",
    '',
  ),
  outcome(
    'another payload gets the answer',
    'fingerprint !== undefined && claim.fingerprint !== undefined && fingerprint !== claim.fingerprint',
    "fingerprint === 'none'",
  ),
  outcome('who holds it is told that it runs', 'if (isOwn) {', 'if (isOwn && attempt < 0) {'),
  outcome('who rejects waits for what has lapsed', "claim.onAbandoned === 'reject' || ", ''),
  outcome('who rejects rejects what lives', 'isRefused && now >= record.leaseUntil', 'isRefused'),
  outcome('the last attempt is waited for', 'attempt >= claim.maxAttempts', 'attempt > claim.maxAttempts'),
  outcome(
    'in a batch, what is past its keeping is an answer',
    'isFinal && now < goneAt',
    'isFinal && goneAt',
  ),
  outcome(
    'in a batch, what may be tried again is not',
    "(state === 'failed' && !retryable)",
    "state === 'failed'",
  ),

  claims('nothing is taken over', 'return record.now >= record.leaseUntil', 'return false'),
  claims('nothing is tried again', 'return outcome.retryable', 'return false'),
  claims(
    'nothing that was abandoned is followed',
    "case 'abandoned':\n      return true",
    "case 'abandoned':\n      return false",
  ),
  claims('acquired again, it is not renewed', 'return !isHeldFor(claim, record)', 'return false'),

  first(
    'in a batch, a first attempt has no fingerprint',
    '    ...(fingerprint !== undefined && { fingerprint: escapeText(fingerprint) }),\n',
    '',
  ),
  first('in a batch, a lease is none', 'leaseUntil: afterDate(now, leaseMs)', 'leaseUntil: now'),

  expressions(
    'fences do not grow',
    "$add: [{ $ifNull: ['$fence', 0] }, 1]",
    "$add: [{ $ifNull: ['$fence', 0] }, 0]",
  ),
  expressions('fences are counted, not told by the clock', '{ $multiply: [{ $toLong: NOW }, 1000] }', '0'),
  expressions('a text may be an expression', '({ $literal: value })', 'value'),
]
