import { mutantsOf } from './sql-mutant'

const complete = mutantsOf('migrations/records/005-complete')
const all = mutantsOf('migrations/records/006-complete-all')
const fail = mutantsOf('migrations/records/007-fail')
const resolve = mutantsOf('migrations/records/011-resolve')

const NOTIFY =
  '    PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;\n'
const WATCHED = ' FROM {{table_watched}} WHERE key = the_key LIMIT 1'

export const settleMutants = [
  complete('a stranger completes', "owner = the_owner AND state = 'running' AND", "state = 'running' AND"),
  complete(
    'an earlier attempt of the owner completes',
    "(the_fence IS NULL OR fence = the_fence)\n    AND owner = the_owner AND state = 'running'",
    "owner = the_owner AND state = 'running'",
  ),
  complete(
    'completed again by an earlier attempt of the owner, it is granted',
    "(the_fence IS NULL OR fence = the_fence)\n      AND owner = the_owner AND state = 'succeeded'",
    "owner = the_owner AND state = 'succeeded'",
  ),
  complete('what failed succeeds after all', "AND state = 'running' AND now_ms", 'AND now_ms'),
  complete(
    'what is past its keeping is completed',
    "state = 'running' AND now_ms < gone_at",
    "state = 'running'",
  ),
  complete('an answer has the failure before it', 'failure = NULL, ', ''),
  complete('a completion does not move the last change', ', updated_at = now_ms', ''),
  complete('an answer is kept as long as its attempt was to be', 'expires_at = ends, ', ''),
  complete('an answer has no tombstone', 'least(ends + tombstone_ms, never)', 'ends'),
  complete('a completion tells nobody', NOTIFY, ''),
  complete('a completion tells all', WATCHED, ''),
  complete(
    'completed again by its owner, it is refused',
    "state = 'succeeded' AND now_ms < gone_at\n",
    'false\n',
  ),
  complete(
    'completed again by a stranger, it is granted',
    "owner = the_owner AND state = 'succeeded'",
    "state = 'succeeded'",
  ),
  complete(
    'what failed is said to have been completed',
    "owner = the_owner AND state = 'succeeded' AND",
    'owner = the_owner AND',
  ),
  complete(
    'what is past its keeping is said to have been completed',
    "'succeeded' AND now_ms < gone_at",
    "'succeeded'",
  ),

  all('a stranger completes', "r.owner = u.owner AND r.state = 'running'", "r.state = 'running'"),
  all(
    'an earlier attempt of the owner completes',
    "(u.fence IS NULL OR r.fence = u.fence)\n    AND r.owner = u.owner AND r.state = 'running'",
    "r.owner = u.owner AND r.state = 'running'",
  ),
  all('what failed succeeds after all', " AND r.state = 'running' AND", ' AND'),
  all(
    'what is past its keeping is completed',
    "r.state = 'running' AND now_ms < r.gone_at",
    "r.state = 'running'",
  ),
  all('an answer has the failure before it', 'failure = NULL, ', ''),
  all('a completion does not move the last change', ', updated_at = now_ms', ''),
  all('an answer is kept as long as its attempt was to be', 'expires_at = ends, ', ''),
  all('an answer has no tombstone', 'least(ends + tombstone_ms, never)', 'ends'),
  all(
    'a completion tells nobody',
    '  PERFORM pg_notify({{channel}}, key) FROM {{table_watched}} WHERE key = ANY (keys);\n',
    '',
  ),
  all('a completion tells of all that is watched', ' WHERE key = ANY (keys)', ''),
  all('nothing is refused', 'IF settled = cardinality(keys) THEN RETURN', 'IF true THEN RETURN'),
  all(
    'completed again by its owner, it is refused',
    "r.state = 'succeeded' AND now_ms < r.gone_at\n",
    'false\n',
  ),
  all(
    'completed again by a stranger, it is granted',
    "r.owner = u.owner AND r.state = 'succeeded'",
    "r.state = 'succeeded'",
  ),
  all(
    'what failed is said to have been completed',
    "r.owner = u.owner AND r.state = 'succeeded' AND",
    'r.owner = u.owner AND',
  ),
  all(
    'what is past its keeping is said to have been completed',
    "'succeeded' AND now_ms < r.gone_at",
    "'succeeded'",
  ),

  fail('a stranger fails an attempt', "owner = the_owner AND state = 'running' AND", "state = 'running' AND"),
  fail(
    'an earlier attempt of the owner fails',
    "(the_fence IS NULL OR fence = the_fence)\n    AND owner = the_owner AND state = 'running'",
    "owner = the_owner AND state = 'running'",
  ),
  fail(
    'reported again by an earlier attempt of the owner, it is granted',
    '(the_fence IS NULL OR fence = the_fence)\n      AND owner = the_owner AND state = the_state',
    'owner = the_owner AND state = the_state',
  ),
  fail('what succeeded fails after all', "AND state = 'running' AND now_ms", 'AND now_ms'),
  fail('what is past its keeping fails', "state = 'running' AND now_ms < gone_at", "state = 'running'"),
  fail('every failure is final', 'retryable = is_retryable, failure', 'failure'),
  fail('a failure does not move the last change', ', updated_at = now_ms', ''),
  fail('a failure is kept as long as its attempt was to be', 'expires_at = ends, ', ''),
  fail('a failure has no tombstone', 'least(ends + tombstone_ms, never)', 'ends'),
  fail('a failure tells nobody', NOTIFY, ''),
  fail('a failure tells all', WATCHED, ''),
  fail(
    'reported again by its owner, it is refused',
    'retryable = is_retryable AND now_ms < gone_at\n',
    'false\n',
  ),
  fail(
    'reported again by a stranger, it is granted',
    'owner = the_owner AND state = the_state',
    'state = the_state',
  ),
  fail('any report is said to have been made', ' AND state = the_state AND', ' AND'),
  fail(
    'a final failure is said to have been retryable',
    'state = the_state AND retryable = is_retryable',
    'state = the_state',
  ),
  fail(
    'what is past its keeping is said to have failed',
    'is_retryable AND now_ms < gone_at',
    'is_retryable',
  ),

  resolve(
    'what is past its keeping is resolved',
    'key = the_key AND now_ms < expires_at\n',
    'key = the_key\n',
  ),
  resolve(
    'what was reported abandoned cannot be resolved',
    "state = 'abandoned' OR (state = 'failed'",
    "(state = 'failed'",
  ),
  resolve('what failed cannot be resolved', " OR (state = 'failed' AND retryable)", ''),
  resolve('a final failure is overruled', "(state = 'failed' AND retryable)", "state = 'failed'"),
  resolve('a lapsed attempt cannot be resolved', " OR (state = 'running' AND now_ms >= lease_until)", ''),
  resolve(
    'a live attempt is overruled',
    "(state = 'running' AND now_ms >= lease_until)",
    "state = 'running'",
  ),
  resolve('a resolution may be tried again', ', retryable = false', ''),
  resolve('the late owner is let in', 'owner = the_owner, value', 'value'),
  resolve('an answer has the failure before it', 'failure = NULL, ', ''),
  resolve('a resolution does not move the last change', ', updated_at = now_ms', ''),
  resolve('a resolution is kept as long as its attempt was', 'expires_at = ends, ', ''),
  resolve('a resolution has no tombstone', 'least(ends + tombstone_ms, never)', 'ends'),
  resolve('a resolution tells nobody', NOTIFY, ''),
  resolve('a resolution tells all', WATCHED, ''),
  resolve('resolved again, it is refused', "state = 'succeeded' AND now_ms < expires_at\n", 'false\n'),
  resolve(
    'a decision is overruled by another',
    "owner = the_owner AND state = 'succeeded' AND",
    "state = 'succeeded' AND",
  ),
  resolve(
    'what is past its keeping is said to be resolved',
    "'succeeded' AND now_ms < expires_at",
    "'succeeded'",
  ),
]
