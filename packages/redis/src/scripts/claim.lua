-- Decides what claimants may do with their keys: Store.claim of the contract, rule by rule, for one key or several.
--
-- KEYS     the records
-- ARGV     1 lease in ms ('': without limit), 2 keeping in ms ('': for ever), 3 the policy: a letter for onAbandoned (t takeover,
--          r reject, c reconcile), whether the claims have fingerprints (1 or 0), maxAttempts (nothing: unlimited),
--          4 the fence of the attempt that was waited for ('': none), then for each key: owner, fingerprint
-- Returns  for each key a number, the fence of a first attempt that was acquired; or a string: a letter, a number in 7
--          bytes, and what the letter asks for:
--            a  acquired: the record             s  settled: ms left of the key (NEVER: no end), the record
--            r  running: ms left of the lease, the record            b  abandoned: the record
--            m  mismatch    x  expired           e  a failure of this key alone: its message
--          where the record is a long one, the string without it, and the record beside it
--          or the one error for which nothing was written

local lease, keep, policy, waited_for = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local has_fingerprint = byte(policy, 2) == 49

-- Keys that were written here: what MGET said of them is no longer true.
local written = {}

-- The last refusal to write.
local refusal

-- A record of so many bytes is answered as it is: to put it behind something else copies it twice more, and what Lua has
-- copied, Lua has to collect.
local LONG = 4096

local function reply(letter, number, raw)
  local head = letter .. pack('>I7', number)
  if raw and #raw >= LONG then return { head, raw } end
  return head .. (raw or '')
end

local function settled(key, raw)
  local left = redis.call('PTTL', key)
  return reply('s', left < 0 and NEVER or left, raw)
end

-- Rules 2 to 8, for one key after another. A function that makes functions: most claims do without.
local function deciding()
  local records = records()
  local on_abandoned = sub(policy, 1, 1)
  local max_attempts = tonumber(sub(policy, 3)) or NEVER

  local function acquire(key, record)
    record.lease_until = after(lease)
    local raw = records.encode(record)
    written[key] = true
    local set
    if keep == '' then set = redis.pcall('SET', key, raw) else set = redis.pcall('SET', key, raw, 'PX', keep) end
    if set.err then
      refusal = set.err
      return reply('e', 0, refusal)
    end
    return reply('a', 0, raw)
  end

  local function acquire_next(key, record, owner, fingerprint, takeover)
    if record.state == RUNNING then record.payload = nil end
    record.state = RUNNING
    record.attempt = record.attempt + 1
    record.fence = math.max(record.fence + 1, micros)
    record.owner = owner
    record.takeover = takeover
    record.fingerprint = record.fingerprint or (has_fingerprint and fingerprint or nil)
    record.updated_at = now
    record.retention_end = 0
    return acquire(key, record)
  end

  return function(key, raw, owner, fingerprint)
    local record = records.decode(raw)
    read_clock()
    if record.retention_end ~= 0 and now >= record.retention_end then
      if record.payload or record.steps then
        -- What remains is the key without its answer.
        record.payload, record.steps = nil, nil
        redis.pcall('SET', key, records.encode(record), 'KEEPTTL')
        written[key] = true
      end
      return reply('x', 0)
    end
    if has_fingerprint and record.fingerprint and record.fingerprint ~= fingerprint then return reply('m', 0) end

    local state, own = record.state, record.owner == owner
    if state == SUCCEEDED or state == FAILED then
      if record.retention_end ~= 0 then return reply('s', record.retention_end - now, raw) end
      return settled(key, raw)
    end
    if state == RUNNING then
      if own then return acquire(key, record) end
      if now < record.lease_until then
        return reply('r', record.lease_until == NEVER and NEVER or record.lease_until - now, raw)
      end
    end
    local exhausted = record.attempt >= max_attempts
    if state == RETRYABLE then
      local awaited = waited_for ~= '' and record.fence >= tonumber(waited_for)
      if own or awaited or exhausted then return settled(key, raw) end
      return acquire_next(key, record, owner, fingerprint, false)
    end
    if own or on_abandoned == 'r' or (on_abandoned == 't' and exhausted) then return reply('b', 0, raw) end
    return acquire_next(key, record, owner, fingerprint, true)
  end
end

-- The record of a first attempt.
local function first(owner, fingerprint)
  if #owner == 16 and (#fingerprint == 24 or not has_fingerprint) then
    local flags = has_fingerprint and OWNER16 + FINGERPRINT24 or OWNER16
    return char(RUNNING, flags) .. pack('>I7I3', micros, 0) .. owner .. fingerprint .. pack('>I7', after(lease))
  end
  return records().encode({
    state = RUNNING, takeover = false, fence = micros, updated_at = now, attempt = 1, created_at = now,
    retention_end = 0, owner = owner, fingerprint = has_fingerprint and fingerprint or nil,
    lease_until = after(lease),
  })
end

-- A final answer in its usual form, and the usual fingerprint: what most replays come to.
local function is_plain_replay(raw, fingerprint)
  local state, flags = byte(raw, 1, 2)
  if state ~= SUCCEEDED and state ~= FAILED or flags >= WIDE then return false end
  if not has_fingerprint or band(flags, FINGERPRINT24 + FINGERPRINT) == 0 then return true end
  return band(flags, OWNER16 + FINGERPRINT24) == OWNER16 + FINGERPRINT24 and sub(raw, 29, 52) == fingerprint
end

local raws = redis.call('MGET', unpack(KEYS))
local replies = {}
local decide
for i = 1, #KEYS do
  local key, raw = KEYS[i], raws[i]
  local owner, fingerprint = ARGV[i * 2 + 3], ARGV[i * 2 + 4]
  if written[key] then raw = redis.call('GET', key) end
  if not raw then
    read_clock()
    raw = first(owner, fingerprint)
    written[key] = true
    -- NX: MGET shows what is no string as nothing, and it must not be written over.
    local set
    if keep == '' then set = redis.pcall('SET', key, raw, 'NX') else set = redis.pcall('SET', key, raw, 'PX', keep, 'NX') end
    if not set then set = redis.pcall('GET', key) end
    refusal = set.err or refusal
    replies[i] = set.err and reply('e', 0, set.err) or micros
  elseif not is_record(raw) then
    replies[i] = reply('e', 0, FOREIGN)
  elseif is_plain_replay(raw, fingerprint) then
    replies[i] = settled(key, raw)
  else
    decide = decide or deciding()
    replies[i] = decide(key, raw, owner, fingerprint)
  end
end
if is_of_replica(refusal) then return redis.error_reply(refusal) end
return replies
