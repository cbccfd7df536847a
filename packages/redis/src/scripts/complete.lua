-- Settles running records as succeeded, for their owners: Store.complete of the contract, for one key or several.
--
-- KEYS     the records
-- ARGV     1 ms until the key expires ('': never), 2 ms of the retention, if a tombstone follows it (''), 3 whether there
--          are values ('1'), then for each key: owner, value
-- Returns  for each key 1: settled, also if it was so before; 0: not this owner's any more; or a string: the message of
--          a failure of this key alone

local ttl, retention, has_value = ARGV[1], ARGV[2], ARGV[3] == '1'

-- The settled form of a running record of the usual kind: a first attempt without steps.
local function settle_plain(raw, owner, value)
  if byte(raw, 1) ~= 82 or retention ~= '' or not has_value or #owner ~= 16 then return end
  local flags = byte(raw, 2)
  if band(flags, OWNER16) == 0 or flags >= 16 or sub(raw, 13, 28) ~= owner then return end
  local delta = now - floor(unpack_numbers('>I7', raw, 3) / 1000)
  if delta < 0 or delta >= 16777216 then return end
  return 'S' .. char(flags + PAYLOAD) .. sub(raw, 3, 9) .. pack('>I3', delta) .. sub(raw, 13, -8) .. value
end

local function complete(key, raw, owner, value)
  read_clock()
  local new = settle_plain(raw, owner, value)
  if not new then
    local record = decode(raw)
    if record.owner ~= owner then return 0 end
    if record.retention_end ~= 0 and now >= record.retention_end then return 0 end
    if record.state == 'S' then return 1 end
    if record.state ~= 'R' then return 0 end
    record.state = 'S'
    record.updated_at = now
    record.payload = has_value and value or nil
    if retention ~= '' then record.retention_end = after(retention) end
    new = encode(record)
  end
  local set
  if ttl == '' then set = redis.pcall('SET', key, new) else set = redis.pcall('SET', key, new, 'PX', ttl) end
  if set.err then return set.err end
  tell(key)
  return 1
end

local raws = redis.call('MGET', unpack(KEYS))
local replies, seen = {}, {}
for i = 1, #KEYS do
  local key, raw = KEYS[i], raws[i]
  -- What MGET said of a key that came before may no longer be true.
  if seen[key] then raw = redis.call('GET', key) end
  seen[key] = true
  replies[i] = raw and complete(key, raw, ARGV[i * 2 + 2], ARGV[i * 2 + 3]) or 0
end
return replies
