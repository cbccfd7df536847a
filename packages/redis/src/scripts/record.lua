-- What the scripts know of a record; stands in front of each that handles records, after clock.lua.
--
-- A record is one string:
--
--   1      state, which is the version of the layout too: 248 running, 249 succeeded, 250 failed for good, 251 failed but
--          may be tried again, 252 abandoned. No text of UTF-8 begins with such a byte
--   2      flags, see below
--   3-9    fence: above 10^15, below 2^53
--   10-12  when it was last changed, in ms after the moment that the fence tells (its µs / 1000)
--   ...    owner                     16 bytes, or without OWNER16 its length in 2 bytes and then itself
--   ...    fingerprint               24 bytes with FINGERPRINT24, with FINGERPRINT its length in 4 bytes and then itself
--   ...    with LATER                attempt in 4 bytes, creation in 6; without, it is attempt 1 and the fence tells when
--   ...    with WIDE                 last change in 7 bytes, end of the retention in 7 bytes (0: when the key expires)
--   ...    if running                end of the lease in 7 bytes
--   ...    with STEPS                their length in 4 bytes and then each: length of the name in 4 bytes, name,
--                                    length of the value + 1 in 4 bytes (0: value omitted), value
--   ...    with PAYLOAD              value or failure: the rest. Of a running record: the failure of the attempt before
--
-- Numbers are unsigned and big-endian; times are milliseconds since the epoch on the server's clock. What is longest
-- stands last, so that a settle copies it once. Two dozen bytes before the payload keep a small answer small.
--
-- Whatever else stands under a key is somebody else's: it is left as it is, and every call about it fails.

local byte, char, band = string.byte, string.char, bit.band

local RUNNING, SUCCEEDED, FAILED, RETRYABLE, ABANDONED = 248, 249, 250, 251, 252
local TAKEOVER, OWNER16, FINGERPRINT24, FINGERPRINT = 1, 2, 4, 8
local LATER, STEPS, PAYLOAD, WIDE = 16, 32, 64, 128
-- The last change of a record is told within so many ms of its claim, or with WIDE.
local WIDE_FROM = 16777216

-- What is said of a key that is somebody else's, in Redis' own word for it.
local FOREIGN = 'WRONGTYPE the value of this key is no record'

local function is_record(raw)
  if #raw < 14 then return false end
  local state = byte(raw)
  if state < RUNNING or state > ABANDONED then return false end
  local fence = struct.unpack('>I7', raw, 3)
  return fence > 1000000000000000 and fence <= NEVER
end

-- A table of functions, made when it is needed: the usual claim and the usual settle do without, and making functions
-- would be half of their work.
local function records()
  local bor, unpack_numbers = bit.bor, struct.unpack
  local records = {}

  -- Whether it is this owner's, and, where a fence is given, the attempt of that fence.
  function records.is_held_by(record, owner, fence)
    return record.owner == owner and (fence == '' or record.fence == tonumber(fence))
  end

  function records.decode(raw)
    local flags = byte(raw, 2)
    local fence, delta = unpack_numbers('>I7I3', raw, 3)
    local claimed_at = floor(fence / 1000)
    local record = {
      state = byte(raw),
      takeover = band(flags, TAKEOVER) ~= 0,
      fence = fence,
      updated_at = claimed_at + delta,
      attempt = 1,
      created_at = claimed_at,
      retention_end = 0,
    }
    local at = 13
    local length = 16
    if band(flags, OWNER16) == 0 then
      length = unpack_numbers('>I2', raw, at)
      at = at + 2
    end
    record.owner = sub(raw, at, at + length - 1)
    at = at + length
    if band(flags, FINGERPRINT24) ~= 0 then
      record.fingerprint = sub(raw, at, at + 23)
      at = at + 24
    elseif band(flags, FINGERPRINT) ~= 0 then
      length = unpack_numbers('>I4', raw, at)
      record.fingerprint = sub(raw, at + 4, at + 3 + length)
      at = at + 4 + length
    end
    if band(flags, LATER) ~= 0 then
      record.attempt, record.created_at = unpack_numbers('>I4I6', raw, at)
      at = at + 10
    end
    if band(flags, WIDE) ~= 0 then
      record.updated_at, record.retention_end = unpack_numbers('>I7I7', raw, at)
      at = at + 14
    end
    if record.state == RUNNING then
      record.lease_until = unpack_numbers('>I7', raw, at)
      at = at + 7
    end
    if band(flags, STEPS) ~= 0 then
      length = unpack_numbers('>I4', raw, at)
      record.steps = sub(raw, at + 4, at + 3 + length)
      at = at + 4 + length
    end
    if band(flags, PAYLOAD) ~= 0 then record.payload = sub(raw, at) end
    return record
  end

  function records.encode(record)
    local flags = record.takeover and TAKEOVER or 0
    local owner, fingerprint, later, wide, lease, steps = record.owner, '', '', '', '', ''
    if #owner == 16 then flags = bor(flags, OWNER16) else owner = pack('>I2', #owner) .. owner end
    if record.fingerprint then
      fingerprint = record.fingerprint
      if #fingerprint == 24 then
        flags = bor(flags, FINGERPRINT24)
      else
        flags = bor(flags, FINGERPRINT)
        fingerprint = pack('>I4', #fingerprint) .. fingerprint
      end
    end
    local claimed_at = floor(record.fence / 1000)
    if record.attempt ~= 1 or record.created_at ~= claimed_at then
      flags = bor(flags, LATER)
      later = pack('>I4I6', record.attempt, record.created_at)
    end
    local delta = record.updated_at - claimed_at
    if record.retention_end ~= 0 or delta < 0 or delta >= WIDE_FROM then
      flags = bor(flags, WIDE)
      wide = pack('>I7I7', record.updated_at, record.retention_end)
      delta = 0
    end
    if record.state == RUNNING then lease = pack('>I7', record.lease_until) end
    if record.steps then
      flags = bor(flags, STEPS)
      steps = pack('>I4', #record.steps) .. record.steps
    end
    if record.payload then flags = bor(flags, PAYLOAD) end
    return char(record.state, flags) .. pack('>I7I3', record.fence, delta)
      .. owner .. fingerprint .. later .. wide .. lease .. steps .. (record.payload or '')
  end

  -- The record of a key, unless it is a tombstone or there is none. Ends the script where something else is kept.
  function records.find(key)
    local raw = redis.call('GET', key)
    if not raw then return end
    if not is_record(raw) then error({ err = FOREIGN }) end
    local record = records.decode(raw)
    if record.retention_end ~= 0 then
      read_clock()
      if now >= record.retention_end then return end
    end
    return record
  end

  -- Writes a record that expires after so many ms, as text; '' for never.
  function records.put(key, record, ttl)
    if ttl == '' then
      redis.call('SET', key, records.encode(record))
    else
      redis.call('SET', key, records.encode(record), 'PX', ttl)
    end
  end

  return records
end
