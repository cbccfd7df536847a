import { mutantsOf } from './sql-mutant'

const acquire = mutantsOf('migrations/locks/003-acquire')
const release = mutantsOf('migrations/locks/004-release')
const watch = mutantsOf('migrations/locks/005-watch')
const extend = mutantsOf('statements/extend-lock')
const isHeld = mutantsOf('statements/is-held')

const NEXT = `CASE
      WHEN lock.owner = the_owner AND now_ms < lock.held_until THEN lock.fence
      ELSE greatest(lock.fence + 1, micros)
    END`
const GONE = 'gone_at = least(now_ms + ttl_ms, never) + an_hour'

export const lockMutants = [
  acquire(
    'whoever is to write does not lock',
    ' WHERE name = the_name FOR NO KEY UPDATE;',
    ' WHERE name = the_name;',
  ),
  acquire('what was seen without a lock is acted on', 'IF NOT is_locked THEN', 'IF false THEN'),
  acquire('two that are first are an error', '\n      ON CONFLICT (name) DO NOTHING;', ';'),
  acquire('two are first', 'EXIT WHEN FOUND;', 'EXIT;'),
  acquire(
    'two hold it at a time',
    'IF lock.owner <> the_owner AND now_ms < lock.held_until THEN',
    'IF false THEN',
  ),
  acquire('who holds it is refused', 'IF lock.owner <> the_owner AND now_ms', 'IF now_ms'),
  acquire(
    'a lapsed lock is held for ever',
    'IF lock.owner <> the_owner AND now_ms < lock.held_until THEN',
    'IF lock.owner <> the_owner THEN',
  ),
  acquire(
    'whoever waits is told when it ends, not what is left',
    'lock.held_until - now_ms',
    'lock.held_until',
  ),
  acquire('who is refused has a fence', '      fence := NULL;\n', '      fence := 1;\n'),
  acquire('a fence comes twice', NEXT, 'lock.fence'),
  acquire('who holds it gets another fence', NEXT, 'greatest(lock.fence + 1, micros)'),
  acquire(
    'who held it gets the same fence',
    'WHEN lock.owner = the_owner AND now_ms < lock.held_until THEN',
    'WHEN lock.owner = the_owner THEN',
  ),
  acquire('a fence falls with the clock', 'greatest(lock.fence + 1, micros)', 'micros'),
  acquire('fences are counted, not told by the clock', 'greatest(lock.fence + 1, micros)', 'lock.fence + 1'),
  acquire(
    'acquired again, its time is not renewed',
    'updated_at = now_ms, held_until = least(now_ms + ttl_ms, never),',
    'updated_at = now_ms,',
  ),
  acquire('nobody knows who holds it', 'owner = the_owner, fence = next_fence', 'fence = next_fence'),
  acquire('the fence is not kept', 'owner = the_owner, fence = next_fence', 'owner = the_owner'),
  acquire(
    'a lock is forgotten when it ends',
    'never), least(now_ms + ttl_ms, never) + an_hour)',
    'never), least(now_ms + ttl_ms, never))',
  ),
  acquire('a lock that was acquired again is forgotten as before', `,\n      ${GONE}`, ''),

  release('a stranger releases', 'name = the_name AND owner = the_owner AND', 'name = the_name AND'),
  release('a lapsed lock is released', ' AND now_ms < held_until', ''),
  release('a released lock is held', 'owner = NULL, held_until = now_ms', 'owner = owner'),
  release(
    'a release forgets the fence',
    'UPDATE {{table}} SET owner = NULL, held_until = now_ms\n',
    'DELETE FROM {{table}}\n',
  ),
  release('nothing to release is a release', '  IF NOT FOUND THEN RETURN false; END IF;\n', ''),
  release(
    'a release tells nobody',
    '  PERFORM pg_notify({{channel}}, the_name) FROM {{table_watched}} WHERE key = the_name LIMIT 1;\n',
    '',
  ),
  release('a release tells all', ' FROM {{table_watched}} WHERE key = the_name LIMIT 1', ''),

  watch(
    'a watch does not wait for who releases',
    '  PERFORM FROM {{table}} WHERE name = the_name FOR SHARE;\n',
    '  NULL;\n',
  ),

  extend('a stranger extends', 'name = $1 AND owner = $2 AND', 'name = $1 AND $2::text IS NOT NULL AND'),
  extend('a lapsed lock is extended', ' AND now_ms < held_until', ''),
  extend('an extension does not renew the time', 'SET held_until = now_ms + $3, gone_at', 'SET gone_at'),
  extend('an extended lock is forgotten as before', ', gone_at = now_ms + $3 + 3600000', ''),

  isHeld('a lapsed lock is held', ' AND extract(epoch FROM clock_timestamp()) * 1000 < held_until', ''),
  isHeld(
    'a lock is held by all',
    'owner = coalesce($2, owner) AND',
    '$2::text IS NOT DISTINCT FROM $2::text AND',
  ),
  isHeld('a lock is held by nobody in general', 'coalesce($2, owner)', '$2'),
]
