import type { ScriptMutant } from './script-mutant'

const claim = (bug: string, find: string, replace: string): ScriptMutant => ({
  bug,
  script: 'claim',
  find,
  replace,
})

/** The rules of `Store.claim`, each broken by itself, and what makes claims of several keys one after another. */
export const claimMutants: readonly ScriptMutant[] = [
  claim('a tombstone lets a new attempt begin', 'now >= record.retention_end then', 'false then'),
  claim('a tombstone keeps the answer', 'record.payload, record.steps = nil, nil', '-- kept'),
  claim('a tombstone is kept for ever', "records.encode(record), 'KEEPTTL')", 'records.encode(record))'),
  claim('another payload gets the answer', "then return reply('m', 0) end", 'then end'),
  claim(
    'a claim without a fingerprint is refused',
    'if has_fingerprint and record.fingerprint and',
    'if record.fingerprint and',
  ),
  claim(
    'a record without a fingerprint refuses all',
    'and record.fingerprint and record.fingerprint ~=',
    'and record.fingerprint ~=',
  ),
  claim('an answer runs again', 'if state == SUCCEEDED or state == FAILED then', 'if state == FAILED then'),
  claim(
    'a final failure runs again',
    'if state == SUCCEEDED or state == FAILED then',
    'if state == SUCCEEDED then',
  ),
  claim(
    'an answer with a tombstone is said to be kept as long as that',
    "if record.retention_end ~= 0 then return reply('s', record.retention_end - now, raw) end",
    '',
  ),
  claim('a claim sent again is kept waiting by itself', 'if own then return acquire(key, record) end', ''),
  claim(
    'a claim sent again does not renew the lease',
    '    record.lease_until = after(lease)\n',
    '    record.lease_until = record.lease_until or after(lease)\n',
  ),
  claim('two run at a time', 'if now < record.lease_until then', 'if false then'),
  claim('a lapsed lease holds for ever', 'if now < record.lease_until then', 'if true then'),
  claim(
    'a lease without an end is told as a number',
    'record.lease_until == NEVER and NEVER or record',
    'record',
  ),
  claim(
    'more attempts than allowed by one',
    'record.attempt >= max_attempts',
    'record.attempt > max_attempts',
  ),
  claim('a waiter runs again what failed', 'if own or awaited or exhausted then', 'if own or exhausted then'),
  claim(
    'a failed attempt begins again by its own late claim',
    'if own or awaited or exhausted then',
    'if awaited or exhausted then',
  ),
  claim(
    'a failure may be tried without end',
    'if own or awaited or exhausted then',
    'if own or awaited then',
  ),
  claim(
    'who waited for an attempt is answered by the one before',
    'record.fence >= tonumber(waited_for)',
    'true',
  ),
  claim(
    'who waited for this very attempt runs again',
    'record.fence >= tonumber(waited_for)',
    'record.fence > tonumber(waited_for)',
  ),
  claim(
    'an abandoned attempt begins again by its own late claim',
    "if own or on_abandoned == 'r'",
    "if on_abandoned == 'r'",
  ),
  claim(
    'what is abandoned runs again though that is refused',
    "if own or on_abandoned == 'r' or",
    'if own or',
  ),
  claim('abandoned attempts are not counted', "(on_abandoned == 't' and exhausted)", 'false'),
  claim(
    'who reconciles is stopped by the number of attempts',
    "(on_abandoned == 't' and exhausted)",
    'exhausted',
  ),
  claim(
    'a takeover is not told',
    'return acquire_next(key, record, owner, fingerprint, true)',
    'return acquire_next(key, record, owner, fingerprint, false)',
  ),
  claim(
    'a second try is told as a takeover',
    'return acquire_next(key, record, owner, fingerprint, false)',
    'return acquire_next(key, record, owner, fingerprint, true)',
  ),
  claim(
    'a lapsed attempt has the failure of the one before',
    'if record.state == RUNNING then record.payload = nil end',
    '',
  ),
  claim('attempts are not counted', 'record.attempt = record.attempt + 1', ''),
  claim('a fence comes twice', 'record.fence = math.max(record.fence + 1, micros)', ''),
  claim('a fence falls with the clock', 'math.max(record.fence + 1, micros)', 'micros'),
  claim(
    'fences are counted, not told by the clock',
    'math.max(record.fence + 1, micros)',
    'record.fence + 1',
  ),
  claim('the owner before stays', '    record.owner = owner\n', ''),
  claim(
    'the fingerprint of the first attempt is replaced',
    'record.fingerprint = record.fingerprint or (has_fingerprint and fingerprint or nil)',
    'record.fingerprint = has_fingerprint and fingerprint or nil',
  ),
  claim(
    'a later fingerprint is not taken',
    'record.fingerprint = record.fingerprint or (has_fingerprint and fingerprint or nil)',
    '',
  ),
  claim('a claim does not move the last change', '    record.updated_at = now\n', ''),
  claim(
    'a running record outlives its keeping',
    "set = redis.pcall('SET', key, raw, 'PX', keep) end\n    if",
    "set = redis.pcall('SET', key, raw) end\n    if",
  ),
  claim(
    'a first attempt outlives its keeping',
    "redis.pcall('SET', key, raw, 'PX', keep, 'NX')",
    "redis.pcall('SET', key, raw, 'NX')",
  ),
  claim("what is somebody else's is written over", "'PX', keep, 'NX')", "'PX', keep)"),
  claim(
    "what is somebody else's is written over, where records are kept for ever",
    "redis.pcall('SET', key, raw, 'NX')",
    "redis.pcall('SET', key, raw)",
  ),
  claim(
    'a failure of one key is taken for a claim',
    "if not set then set = redis.pcall('GET', key) end",
    'set = set or {}',
  ),
  claim('any string is taken for a record', 'elseif not is_record(raw) then', 'elseif false then'),
  claim(
    'a claim does not see the one before it in the same batch',
    "if written[key] then raw = redis.call('GET', key) end",
    '',
  ),
  claim('a first claim is not noted', '    written[key] = true\n    -- NX', '    -- NX'),
  claim(
    'a later claim is not noted',
    "    written[key] = true\n    local set\n    if keep == '' then set = redis.pcall('SET', key, raw) else",
    "    local set\n    if keep == '' then set = redis.pcall('SET', key, raw) else",
  ),
  claim(
    'a quick replay takes any state for an answer',
    'if state ~= SUCCEEDED and state ~= FAILED or flags >= WIDE then return false end',
    'if flags >= WIDE then return false end',
  ),
  claim(
    'a quick replay does not see tombstones',
    'state ~= FAILED or flags >= WIDE then',
    'state ~= FAILED then',
  ),
  claim('a quick replay takes any fingerprint', 'and sub(raw, 29, 52) == fingerprint', ''),
  claim(
    'an answer is said to have no end',
    "reply('s', left < 0 and NEVER or left, raw)",
    "reply('s', NEVER, raw)",
  ),
  claim(
    'an answer that is kept for ever is said to be over',
    "reply('s', left < 0 and NEVER or left, raw)",
    "reply('s', math.max(left, 0), raw)",
  ),
  claim(
    'a first record takes any owner for one of 16 bytes',
    'if #owner == 16 and (#fingerprint',
    'if (#fingerprint',
  ),
  claim(
    'a first record takes any fingerprint for one of 24 bytes',
    '(#fingerprint == 24 or not has_fingerprint)',
    'true',
  ),
  claim(
    'a first record forgets an odd fingerprint',
    'owner = owner, fingerprint = has_fingerprint and fingerprint or nil,',
    'owner = owner,',
  ),
]
