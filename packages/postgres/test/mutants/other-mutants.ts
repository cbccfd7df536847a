import { mutantsOf } from './sql-mutant'

const extend = mutantsOf('migrations/records/008-extend')
const release = mutantsOf('migrations/records/009-release')
const saveStep = mutantsOf('migrations/records/010-save-step')
const remove = mutantsOf('migrations/records/012-delete')
const watch = mutantsOf('migrations/records/013-watch')
const get = mutantsOf('statements/get')
const list = mutantsOf('statements/list')
const sweep = mutantsOf('statements/sweep')
const sweepWatched = mutantsOf('statements/sweep-watched')
const unwatch = mutantsOf('statements/unwatch')

const NOTIFY =
  '  PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;\n'
const WATCHED = ' FROM {{table_watched}} WHERE key = the_key LIMIT 1'

export const otherMutants = [
  extend('a stranger extends', "owner = the_owner AND state = 'running'", "state = 'running'"),
  extend('an earlier attempt of the owner extends', 'AND (the_fence IS NULL OR fence = the_fence)', ''),
  extend('what is settled is extended', " AND state = 'running' AND", ' AND'),
  extend('what is past its keeping is extended', "'running' AND now_ms < gone_at", "'running'"),
  extend('a lease is not renewed', 'lease_until = least(now_ms + lease_ms, never), expires_at', 'expires_at'),
  extend('a lease without end is renewed to none', 'least(now_ms + lease_ms, never)', 'now_ms + lease_ms'),
  extend('a keeping is not renewed', 'expires_at = ends, gone_at = ends', 'gone_at = gone_at'),
  extend('a keeping ends before it should', ', gone_at = ends', ''),

  release(
    'a stranger releases a first attempt',
    "owner = the_owner AND state = 'running' AND now_ms < gone_at AND attempt = 1",
    "state = 'running' AND now_ms < gone_at AND attempt = 1",
  ),
  release(
    'a stranger releases a later attempt',
    "owner = the_owner AND state = 'running' AND now_ms < gone_at AND attempt > 1",
    "state = 'running' AND now_ms < gone_at AND attempt > 1",
  ),
  release(
    'what is settled is released, of a first attempt',
    "state = 'running' AND now_ms < gone_at AND attempt = 1",
    'now_ms < gone_at AND attempt = 1',
  ),
  release(
    'what is settled is released, of a later attempt',
    "state = 'running' AND now_ms < gone_at AND attempt > 1",
    'now_ms < gone_at AND attempt > 1',
  ),
  release(
    'a first attempt past its keeping is released',
    'AND now_ms < gone_at AND attempt = 1',
    'AND attempt = 1',
  ),
  release(
    'a later attempt past its keeping is released',
    'AND now_ms < gone_at AND attempt > 1',
    'AND attempt > 1',
  ),
  release('a later attempt is removed', ' AND attempt = 1;', ';'),
  release('a released first attempt is kept', ', expires_at = 0, gone_at = 0', ''),
  release(
    'a released takeover is a failure',
    "CASE WHEN takeover THEN 'abandoned' ELSE 'failed' END",
    "'failed'",
  ),
  release(
    'a released attempt is an abandonment',
    "CASE WHEN takeover THEN 'abandoned' ELSE 'failed' END",
    "'abandoned'",
  ),
  release('the failure before is final', 'retryable = NOT takeover, ', ''),
  release('a takeover stays', 'takeover = false,', 'takeover = takeover,'),
  release('a released attempt counts', 'attempt = attempt - 1, fence', 'fence'),
  release('a released fence is not given again', 'fence = fence - 1, ', ''),
  release(
    'a release does not move the last change',
    'fence = fence - 1, updated_at = now_ms',
    'fence = fence - 1',
  ),
  release('a release tells nobody', NOTIFY, ''),
  release('a release tells all', WATCHED, ''),
  release('nothing to release is a release', 'IF NOT FOUND THEN RETURN false; END IF;', ''),

  saveStep('a stranger saves a step', "owner = the_owner AND state = 'running'", "state = 'running'"),
  saveStep(
    'an earlier attempt of the owner saves a step',
    'AND (the_fence IS NULL OR fence = the_fence)',
    '',
  ),
  saveStep('a step is saved after the end', " AND state = 'running' AND", ' AND'),
  saveStep('a step is saved past the keeping', "'running' AND now_ms < gone_at", "'running'"),
  saveStep('a step is saved beside a takeover', ' FOR NO KEY UPDATE;', ';'),
  saveStep('a step that cannot be saved is saved', '  IF NOT FOUND THEN RETURN false; END IF;\n', ''),
  saveStep('a step is saved twice', 'WHERE step ->> 0 = the_name', 'WHERE false'),
  saveStep('only one step is saved', 'WHERE step ->> 0 = the_name', 'WHERE true'),
  saveStep(
    'a step forgets those before',
    "coalesce(steps, '[]') || jsonb_build_array(jsonb",
    'jsonb_build_array(jsonb',
  ),
  saveStep('a step does not move the last change', ', updated_at = now_ms', ''),

  remove('what is past its keeping is removed', ' AND now_ms < gone_at', ''),
  remove('what is removed is kept', 'expires_at = 0, gone_at = 0,', 'expires_at = expires_at,'),
  remove('nothing to remove is a removal', '  IF NOT FOUND THEN RETURN false; END IF;\n', ''),
  remove('a removal tells nobody', NOTIFY, ''),
  remove('a removal tells all', WATCHED, ''),
  remove(
    'what is removed keeps what it held',
    '    value = NULL, failure = NULL, fingerprint = NULL, steps = NULL\n',
    '    value = value\n',
  ),
  remove(
    'the fence goes with the record',
    "UPDATE {{table}} SET\n    state = 'deleted', updated_at = now_ms, expires_at = 0, gone_at = 0,\n    value = NULL, failure = NULL, fingerprint = NULL, steps = NULL\n",
    'DELETE FROM {{table}}\n',
  ),

  watch(
    'a watch does not wait for who settles',
    '  PERFORM FROM {{table}} WHERE key = the_key FOR SHARE;\n',
    '',
  ),
  watch(
    'a watch does not wait for a transaction that settles',
    '  PERFORM pg_advisory_xact_lock_shared(hashtextextended({{channel}} || the_key, 1));\n',
    '',
  ),
  unwatch('a watch that ends ends all others', ' AND watcher = $2', ''),
  unwatch('a watch that ends stays', 'WHERE key = $1', 'WHERE false'),

  get('what is past its keeping is shown', 'WHERE now_ms < r.expires_at', ''),
  list('what is past its keeping is shown', 'now_ms < r.expires_at AS is_kept', 'true AS is_kept'),
  list('a page begins at the first key', 'key >= $1 AND', '$1 IS NOT NULL AND'),
  list('a page ends at the last key', '($2::text IS NULL OR key < $2)', '($2::text IS NULL OR true)'),
  list('a page takes in what begins like the end of its prefix', 'key < $2)', 'key <= $2)'),
  list('a page begins anew', '($3::text IS NULL OR key > $3)', '($3::text IS NULL OR true)'),
  list('a page repeats the last of the one before', 'key > $3)', 'key >= $3)'),
  list('a page has all', ' LIMIT $4', ' LIMIT $4 * 1000000'),
  list('pages come in any order', 'ORDER BY key LIMIT', 'ORDER BY md5(key) LIMIT'),

  sweep('what is kept is swept', 'AND gone_at <= extract(epoch FROM clock_timestamp()) * 1000', ''),
  sweep('what is past its retention is swept', 'AND gone_at <=', 'AND expires_at <='),
  sweep(
    'what was deleted this second is swept',
    '    AND updated_at <= extract(epoch FROM clock_timestamp()) * 1000 - 1000\n',
    '',
  ),
  sweep('a batch has no end', '  LIMIT $3\n', '  LIMIT $3 * 1000000\n'),
  sweep('a sweep waits', ' SKIP LOCKED', ''),
  sweepWatched('a sweep ends watches', "WHERE since < clock_timestamp() - interval '7 days'", ''),
  sweepWatched(
    'a sweep leaves watches',
    "WHERE since < clock_timestamp() - interval '7 days'",
    'WHERE false',
  ),
]
