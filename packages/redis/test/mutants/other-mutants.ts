import type { ScriptMutant } from './script-mutant'

const of =
  (script: string) =>
  (bug: string, find: string, replace: string): ScriptMutant => ({ bug, script, find, replace })
const extend = of('extend')
const release = of('release')
const saveStep = of('save-step')
const remove = of('delete')
const get = of('get')
const record = of('record')
const clock = of('clock')

const HELD = 'if not record or record.state ~= RUNNING or record.owner ~= ARGV[1] then return 0 end'
const HELD_AT = (arg: number) =>
  `if not record or record.state ~= RUNNING or not records.is_held_by(record, ARGV[1], ARGV[${arg}]) then return 0 end`
const BY_ANYBODY = 'if not record or record.state ~= RUNNING then return 0 end'
const IN_ANY_STATE = 'if not record or record.owner ~= ARGV[1] then return 0 end'
const BY_ANY_ATTEMPT = HELD

export const otherMutants: readonly ScriptMutant[] = [
  extend('a stranger extends', HELD_AT(4), BY_ANYBODY),
  extend('an earlier attempt of the owner extends', HELD_AT(4), BY_ANY_ATTEMPT),
  extend('what is settled is extended', HELD_AT(4), IN_ANY_STATE),
  extend('an extension does not renew the lease', 'record.lease_until = after(ARGV[2])', ''),
  extend(
    'an extension does not renew the keeping',
    'records.put(KEYS[1], record, ARGV[3])',
    "redis.call('SET', KEYS[1], records.encode(record), 'KEEPTTL')",
  ),

  release('a stranger releases', HELD, BY_ANYBODY),
  release('what is settled is released', HELD, IN_ANY_STATE),
  release('a later attempt takes all with it', 'if record.attempt == 1 then', 'if true then'),
  release('a first attempt leaves a record', 'if record.attempt == 1 then', 'if false then'),
  release('a released takeover is a failure', 'record.takeover and ABANDONED or RETRYABLE', 'RETRYABLE'),
  release(
    'a released second try is an abandonment',
    'record.takeover and ABANDONED or RETRYABLE',
    'ABANDONED',
  ),
  release('a released attempt stays a takeover', 'record.takeover = false', ''),
  release('a released attempt counts', 'record.attempt = record.attempt - 1', ''),
  release(
    'who waited for the released attempt is answered by the one before',
    'record.fence = record.fence - 1',
    '',
  ),
  release('a release does not move the last change', 'record.updated_at = now\n', ''),
  release(
    'a released record is kept for ever',
    "records.encode(record), 'KEEPTTL')",
    'records.encode(record))',
  ),
  release('a release tells nobody', 'tell(KEYS[1])', ''),

  saveStep('a stranger saves steps', HELD_AT(5), BY_ANYBODY),
  saveStep('an earlier attempt of the owner saves steps', HELD_AT(5), BY_ANY_ATTEMPT),
  saveStep('steps are saved when all is settled', HELD_AT(5), IN_ANY_STATE),
  saveStep(
    'a step that was saved is saved again',
    'if sub(steps, at + 4, at + 3 + length) == name then return 1 end',
    '',
  ),
  saveStep(
    'a step that begins with the name of another is lost',
    'if sub(steps, at + 4, at + 3 + length) == name',
    'if sub(steps, at + 4, at + 3 + math.min(length, #name)) == name',
  ),
  saveStep('an omitted value is an empty one', "or pack('>I4', 0)", "or pack('>I4', 1)"),
  saveStep('a step does not move the last change', 'record.updated_at = now\n', ''),
  saveStep(
    'a record with steps is kept for ever',
    "records.encode(record), 'KEEPTTL')",
    'records.encode(record))',
  ),

  remove(
    "a list of somebody else's is deleted",
    "local raw = redis.call('GET', KEYS[1])\nif not raw then return 0 end\nif not is_record(raw) then",
    "local raw = redis.pcall('GET', KEYS[1])\nif not raw then return 0 end\nif not raw.err and not is_record(raw) then",
  ),
  remove(
    "a string of somebody else's is deleted",
    'if not is_record(raw) then return redis.error_reply(FOREIGN) end',
    '',
  ),
  remove('a deletion tells nobody', 'tell(KEYS[1])', ''),

  get(
    'a record that is kept for ever is over',
    'expires_at < 0 and NEVER or expires_at',
    'math.max(expires_at, 0)',
  ),
  get(
    'a list fails the page that it is on',
    "and ARGV[1] == '1' then",
    "and (not is_text or ARGV[1] == '1') then",
  ),
  get(
    'a string fails the page that it is on',
    "and ARGV[1] == '1' then",
    "and (is_text or ARGV[1] == '1') then",
  ),
  get('what is no record is none', "if raw and ARGV[1] == '1' then", 'if false then'),
  get('any string is a record', 'if not is_text or not is_record(raw) then', 'if not is_text then'),

  record(
    'a call about one key takes any string for a record',
    'if not is_record(raw) then error({ err = FOREIGN }) end',
    '',
  ),
  record(
    'a call about one key takes what is no record for none',
    'if not is_record(raw) then error({ err = FOREIGN }) end',
    'if not is_record(raw) then return end',
  ),
  record(
    'a record may be cut off',
    'if #raw < 14 then return false end',
    "if raw == '' then return false end",
  ),
  record('any low byte is a state', 'state < RUNNING or', ''),
  record('any high byte is a state', 'or state > ABANDONED', ''),
  record('any low number is a fence', 'fence > 1000000000000000 and', ''),
  record('a fence may be just below all times', 'fence > 1000000000000000', 'fence >= 1000000000000000'),
  record('any high number is a fence', ' and fence <= NEVER', ''),
  record('a takeover is not kept', 'local flags = record.takeover and TAKEOVER or 0', 'local flags = 0'),
  record(
    'any owner is taken for one of 16 bytes',
    'if #owner == 16 then flags = bor(flags, OWNER16) else',
    'flags = bor(flags, OWNER16) if false then',
  ),
  record('any fingerprint is taken for one of 24 bytes', 'if #fingerprint == 24 then', 'if true then'),
  record(
    'later attempts are first ones',
    'if record.attempt ~= 1 or record.created_at ~= claimed_at then',
    'if record.created_at ~= claimed_at then',
  ),
  record(
    'a released second attempt forgets when the first began',
    'if record.attempt ~= 1 or record.created_at ~= claimed_at then',
    'if record.attempt ~= 1 then',
  ),
  record('the end of the retention is not kept', 'if record.retention_end ~= 0 or delta', 'if delta'),
  record('a change before the fence tells a wrong time', 'or delta < 0 or', 'or'),
  record('a change long after the fence tells a wrong time', ' or delta >= WIDE_FROM then', ' then'),
  record('a tombstone can be resolved', 'if now >= record.retention_end then return end', ''),
  record(
    'what is settled is kept for ever',
    "redis.call('SET', key, records.encode(record), 'PX', ttl)",
    "redis.call('SET', key, records.encode(record))",
  ),
  clock(
    'what is without limit ends',
    "if duration == '' then return NEVER end",
    "if duration == '' then return now end",
  ),
  clock('the clock is off by a thousand', 'now = floor(micros / 1000)', 'now = floor(micros / 1000000)'),
]
