-- Decides what claimants may do with their keys: Store.claim of the contract, rule by rule, for one key or several.
--
-- KEYS     the records
-- ARGV     1 lease in ms ('': without limit), 2 keeping in ms ('': for ever), 3 maxAttempts ('': unlimited),
--          4 onAbandoned, 5 whether the claims have fingerprints ('1'),
--          then for each key: owner, fingerprint, the fence of the attempt waited for ('': none)
-- Returns  for each key a number, the fence of a first attempt that was acquired; or a string: a letter, a number in 7
--          bytes, and what the letter asks for:
--            a  acquired: the record             s  settled: ms left of the key (NEVER: no end), the record
--            r  running: ms left of the lease, the record            b  abandoned: the record
--            m  mismatch    x  expired           e  a failure of this key alone: its message

local lease, keep, on_abandoned = ARGV[1], ARGV[2], ARGV[4]
local max_attempts = ARGV[3] == '' and NEVER or tonumber(ARGV[3])
local has_fingerprint = ARGV[5] == '1'

-- Keys that were written here: what MGET said of them is no longer true.
local written = {}

local function reply(letter, number, raw)
  return letter .. pack('>I7', number) .. (raw or '')
end

local function failed(failure)
  return reply('e', 0, failure.err)
end

local function store(key, raw, condition)
  written[key] = true
  if keep == '' then
    if condition then return redis.pcall('SET', key, raw, condition) end
    return redis.pcall('SET', key, raw)
  end
  if condition then return redis.pcall('SET', key, raw, 'PX', keep, condition) end
  return redis.pcall('SET', key, raw, 'PX', keep)
end

local function begin(key, owner, fingerprint)
  read_clock()
  local raw
  if #owner == 16 and (#fingerprint == 24 or not has_fingerprint) then
    local flags = has_fingerprint and OWNER16 + FINGERPRINT24 or OWNER16
    raw = 'R' .. char(flags) .. pack('>I7I3', micros, 0) .. owner .. fingerprint .. pack('>I7', after(lease))
  else
    raw = encode({
      state = 'R', takeover = false, fence = micros, updated_at = now, attempt = 1, created_at = now,
      retention_end = 0, owner = owner, fingerprint = has_fingerprint and fingerprint or nil,
      lease_until = after(lease),
    })
  end
  -- NX: MGET shows what is no string as nothing, and it must not be written over.
  local set = store(key, raw, 'NX')
  if not set then return failed(redis.pcall('GET', key)) end
  if set.err then return failed(set) end
  return micros
end

local function acquire(key, record)
  record.lease_until = after(lease)
  local raw = encode(record)
  local set = store(key, raw)
  if set.err then return failed(set) end
  return reply('a', 0, raw)
end

local function acquire_next(key, record, owner, fingerprint, takeover)
  if record.state == 'R' then record.payload = nil end
  record.state = 'R'
  record.attempt = record.attempt + 1
  record.fence = math.max(record.fence + 1, micros)
  record.owner = owner
  record.takeover = takeover
  record.fingerprint = record.fingerprint or (has_fingerprint and fingerprint or nil)
  record.updated_at = now
  record.retention_end = 0
  return acquire(key, record)
end

local function settled(key, raw)
  local left = redis.call('PTTL', key)
  return reply('s', left < 0 and NEVER or left, raw)
end

local function decide(key, raw, owner, fingerprint, waited_for)
  local record = decode(raw)
  read_clock()
  if record.retention_end ~= 0 and now >= record.retention_end then
    if record.payload or record.steps then
      -- What remains is the key without its answer.
      record.payload, record.steps = nil, nil
      redis.pcall('SET', key, encode(record), 'KEEPTTL')
      written[key] = true
    end
    return reply('x', 0)
  end
  if has_fingerprint and record.fingerprint and record.fingerprint ~= fingerprint then return reply('m', 0) end

  local state, own = record.state, record.owner == owner
  if state == 'S' or state == 'F' then
    if record.retention_end ~= 0 then return reply('s', record.retention_end - now, raw) end
    return settled(key, raw)
  end
  if state == 'R' then
    if own then return acquire(key, record) end
    if now < record.lease_until then return reply('r', record.lease_until - now, raw) end
  end
  local exhausted = record.attempt >= max_attempts
  if state == 'T' then
    local awaited = waited_for ~= '' and record.fence >= tonumber(waited_for)
    if own or awaited or exhausted then return settled(key, raw) end
    return acquire_next(key, record, owner, fingerprint, false)
  end
  if own or on_abandoned == 'reject' or (on_abandoned == 'takeover' and exhausted) then return reply('b', 0, raw) end
  return acquire_next(key, record, owner, fingerprint, true)
end

-- A final answer of the usual form, with the usual fingerprint: what most replays come to.
local function is_plain_replay(raw, fingerprint)
  local state = byte(raw, 1)
  if state ~= 83 and state ~= 70 then return false end
  local flags = byte(raw, 2)
  if flags >= WIDE then return false end
  if not has_fingerprint or band(flags, FINGERPRINT24 + FINGERPRINT) == 0 then return true end
  return band(flags, OWNER16 + FINGERPRINT24) == OWNER16 + FINGERPRINT24 and sub(raw, 29, 52) == fingerprint
end

local raws = redis.call('MGET', unpack(KEYS))
local replies = {}
for i = 1, #KEYS do
  local key, raw = KEYS[i], raws[i]
  if written[key] then raw = redis.call('GET', key) end
  local owner, fingerprint = ARGV[i * 3 + 3], ARGV[i * 3 + 4]
  if not raw then
    replies[i] = begin(key, owner, fingerprint)
  elseif is_plain_replay(raw, fingerprint) then
    replies[i] = settled(key, raw)
  else
    replies[i] = decide(key, raw, owner, fingerprint, ARGV[i * 3 + 5])
  end
end
return replies
