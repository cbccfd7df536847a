import { mutantsOf } from './store-mutant'

const filters = mutantsOf('filters')
const update = mutantsOf('settle-update')
const store = mutantsOf('mongo-store')
const together = mutantsOf('together')

/**
 * Not among them is what only decides when the server removes a document; nor that a release waits for its claim, which
 * given-up.test.ts shows.
 */
export const settleMutants = [
  filters('what is deleted is deleted again', "state: { $ne: 'deleted' }, ", ''),
  filters(
    'what is past its keeping is deleted',
    "{ $ne: 'deleted' }, $expr: isAhead('$goneAt')",
    "{ $ne: 'deleted' }",
  ),
  filters('an earlier attempt of the owner writes', '...isSame, ', ''),
  filters('a stranger writes', 'owner: escapeText(owner), ...state, $expr', '...state, $expr'),
  filters(
    'what is settled is settled again',
    'owner: escapeText(owner), ...state, $expr',
    'owner: escapeText(owner), $expr',
  ),
  filters('what is past its keeping is settled', "...state, $expr: isAhead('$goneAt')", '...state'),
  filters('what is past its keeping is resolved', "    $expr: isAhead('$expiresAt'),\n", ''),
  filters('what was reported abandoned cannot be resolved', "      { state: 'abandoned' },\n", ''),
  filters('what failed cannot be resolved', "      { state: 'failed', retryable: true },\n", ''),
  filters('a final failure is overruled', "{ state: 'failed', retryable: true }", "{ state: 'failed' }"),
  filters(
    'a live attempt is overruled',
    "{ state: 'running', $expr: isPast('$leaseUntil') }",
    "{ state: 'running' }",
  ),
  filters(
    'a lapsed attempt cannot be resolved',
    "      { state: 'running', $expr: isPast('$leaseUntil') },\n",
    '',
  ),

  update(
    'an answer may be tried again',
    "'succeeded', retryable: false, updatedAt",
    "'succeeded', updatedAt",
  ),
  update(
    'an answer does not move the last change',
    'updatedAt: NOW, failure: null, ...',
    'failure: null, ...',
  ),
  update('an answer has the failure before it', 'failure: null, ...', '...'),
  update(
    'an answer may be an expression',
    '...keepingEnds(keeping) },\n    ...(value !== undefined && { value: literal(escapeText(value)) })',
    '...keepingEnds(keeping) },\n    ...(value !== undefined && { value: escapeText(value) })',
  ),
  update(
    'an answer is kept as its attempt was',
    ', ...keepingEnds(keeping) },\n    ...(value',
    ' },\n    ...(value',
  ),
  update(
    'what may be tried again leaves a tombstone',
    "kind === 'final' ? report : { ...report, tombstoneMs: 0 }",
    'report',
  ),
  update(
    'a final failure leaves none',
    "kind === 'final' ? report : { ...report, tombstoneMs: 0 }",
    '{ ...report, tombstoneMs: 0 }',
  ),
  update(
    'a failure does not move the last change',
    '{ updatedAt: NOW, failure: literal',
    '{ failure: literal',
  ),
  update('an abandonment is a failure', "kind === 'abandoned' ? 'abandoned' : 'failed'", "'failed'"),
  update(
    'a final failure may be tried again',
    "retryable: kind === 'retryable'",
    "retryable: kind !== 'abandoned'",
  ),
  update('no failure may be tried again', "retryable: kind === 'retryable'", 'retryable: false'),
  update(
    'a step forgets those before',
    "$concatArrays: [{ $ifNull: ['$steps', []] }, [step]]",
    '$concatArrays: [[step]]',
  ),
  update('a step does not move the last change', '[step]] }, updatedAt: NOW }', '[step]] } }'),
  update('the late owner is let in', ', owner: literal(escapeText(resolution.owner)) }', ' }'),
  update(
    'a released first attempt is kept',
    "$cond: [{ $eq: ['$attempt', 1] }, 'deleted',",
    "$cond: [false, 'deleted',",
  ),
  update('a released takeover is a failure', "{ $cond: ['$takeover', 'abandoned', 'failed'] }", "'failed'"),
  update(
    'a released attempt is an abandonment',
    "{ $cond: ['$takeover', 'abandoned', 'failed'] }",
    "'abandoned'",
  ),
  update('the failure before is final', "      retryable: { $not: ['$takeover'] },\n", ''),
  update('a takeover stays', '      takeover: false,\n', ''),
  update('a released attempt counts', "      attempt: { $subtract: ['$attempt', 1] },\n", ''),
  update('a released fence is not given again', "{ $subtract: ['$fence', 1] }", "'$fence'"),
  update('a release does not move the last change', '      updatedAt: NOW,\n      goneAt', '      goneAt'),
  update(
    'what is deleted is kept',
    "{ state: 'deleted', updatedAt: NOW, expiresAt: NOW, goneAt: NOW }",
    '{ updatedAt: NOW }',
  ),

  store('another failure is the same', 'own(report, settledState(report.kind))', 'own(report, {})'),
  store('a step is saved twice', "{ ...held(step), 'steps.name': { $ne: name } }", 'held(step)'),
  store('a step that is saved is refused', ', stepSaved(step), isSaved)', ', stepSaved(step))'),
  store('resolved again, it is refused', ', resolved(resolution), isResolved)', ', resolved(resolution))'),
  store(
    'what failed is said to be resolved',
    "own(resolution, { state: 'succeeded' })",
    'own(resolution, {})',
  ),
  store('another state is listed', 'state === undefined || record.state === state', 'true'),
  store('a prefix has no end', '      ...(end !== undefined && { $lt: end }),\n', ''),
  store(
    'a walk begins again and again',
    '      ...(cursor !== undefined && { $gt: escapeText(cursor) }),\n',
    '',
  ),

  together(
    'settled again, it is refused',
    'if (matchedCount > 0) return true\n',
    'return matchedCount > 0\n',
  ),
  together(
    'a stranger has settled it',
    "own(completion, { state: 'succeeded' })",
    '{ _id: escapeText(completion.key) }',
  ),
  together('in a batch, one that is late makes all so', 'written || this.complete(completion)', 'written'),
  together(
    'in a batch, all are in time',
    'return matchedCount === completions.length',
    'return matchedCount <= completions.length',
  ),
]
