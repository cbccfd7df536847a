import type { ScriptMutant } from './script-mutant'

const of =
  (script: string) =>
  (bug: string, find: string, replace: string): ScriptMutant => ({ bug, script, find, replace })
const complete = of('complete')
const fail = of('fail')
const resolve = of('resolve')

/**
 * That a quick settle or replay looks at OWNER16 is not among them: without it, the other owner's length would have to
 * be part of the token or fingerprint that is compared, which no token is.
 */
export const settleMutants: readonly ScriptMutant[] = [
  complete('a quick settle takes any state', 'if state ~= RUNNING or flags', 'if flags'),
  complete('a quick settle takes later attempts, steps and earlier failures', 'flags >= LATER or ', ''),
  complete('a quick settle forgets the tombstone', "or retention ~= '' or", 'or'),
  complete('a quick settle makes an omitted value an empty one', ' or not has_value then', ' then'),
  complete('any string is taken for a record', 'if raw and not is_record(raw) then', 'if false then'),
  complete('a stranger settles', 'if sub(raw, 13, 28) ~= owner then return end', ''),
  complete(
    'a quick settle long after its claim tells a wrong time',
    'delta >= WIDE_FROM then return',
    'false then return',
  ),
  complete(
    'a quick settle by a clock that was set back fails',
    'if delta < 0 or delta >= WIDE_FROM',
    'if delta >= WIDE_FROM',
  ),
  complete(
    'a late owner settles',
    'if not records.is_held_by(record, owner, fence) then return nil, 0 end',
    '',
  ),
  complete(
    'an earlier attempt of the owner settles in a hurry',
    "if fence ~= '' and found_fence ~= tonumber(fence) then return end",
    '',
  ),
  complete(
    'an earlier attempt of the owner settles',
    'is_held_by(record, owner, fence)',
    "is_held_by(record, owner, '')",
  ),
  complete(
    'settled again by its owner, it is refused',
    'if record.state == SUCCEEDED then return nil, 1 end',
    '',
  ),
  complete('what failed succeeds after all', 'if record.state ~= RUNNING then return nil, 0 end', ''),
  complete('completion does not move the last change', '  record.updated_at = now\n', ''),
  complete(
    'an omitted value is what failed before',
    'record.payload = has_value and value or nil',
    'record.payload = has_value and value or record.payload',
  ),
  complete(
    'an answer has no tombstone',
    "if retention ~= '' then record.retention_end = after(retention) end",
    '',
  ),
  complete(
    'a completion does not see the one before it in the same batch',
    "if seen[key] then raw = redis.call('GET', key) end",
    '',
  ),
  complete(
    'an answer is kept for ever',
    "redis.pcall('SET', key, new, 'PX', ttl)",
    "redis.pcall('SET', key, new)",
  ),
  complete('a completion tells nobody', 'tell(key)', ''),

  fail(
    'a stranger fails an attempt',
    'or not records.is_held_by(record, ARGV[1], ARGV[6]) then return 0 end',
    'then return 0 end',
  ),
  fail('an earlier attempt of the owner fails', 'ARGV[1], ARGV[6]', "ARGV[1], ''"),
  fail('reported again by its owner, a failure is refused', 'if record.state == state then return 1 end', ''),
  fail('what succeeded fails after all', 'if record.state ~= RUNNING then return 0 end', ''),
  fail('a failure does not move the last change', 'record.updated_at = now\n', ''),
  fail('a failure has no tombstone', "if ARGV[5] ~= '' then record.retention_end = after(ARGV[5]) end", ''),
  fail('a failure tells nobody', 'tell(KEYS[1])', ''),

  resolve('what is not there is an error', 'if not record then return 0 end', ''),
  resolve(
    'resolved again, it is refused',
    'if record.state == SUCCEEDED and record.owner == ARGV[1] then return 1 end',
    '',
  ),
  resolve('a decision is overruled by another', 'and record.owner == ARGV[1] then return 1', 'then return 1'),
  resolve(
    'an answer is overruled',
    'if record.state == SUCCEEDED or record.state == FAILED then return 0 end',
    'if record.state == FAILED then return 0 end',
  ),
  resolve(
    'a final failure is overruled',
    'if record.state == SUCCEEDED or record.state == FAILED then return 0 end',
    'if record.state == SUCCEEDED then return 0 end',
  ),
  resolve(
    'a live attempt is overruled',
    'if record.state == RUNNING and now < record.lease_until then return 0 end',
    '',
  ),
  resolve('a lapsed attempt cannot be resolved', 'and now < record.lease_until then', 'then'),
  resolve('the late owner is let in', 'record.owner = ARGV[1]\n', ''),
  resolve('a resolution does not move the last change', 'record.updated_at = now\n', ''),
  resolve(
    'an omitted value is what failed before',
    "ARGV[4] == '1' and ARGV[5] or nil",
    "ARGV[4] == '1' and ARGV[5] or record.payload",
  ),
  resolve(
    'a resolution has no tombstone',
    "if ARGV[3] ~= '' then record.retention_end = after(ARGV[3]) end",
    '',
  ),
  resolve('a resolution tells nobody', 'tell(KEYS[1])', ''),
]
