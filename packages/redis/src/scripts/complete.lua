-- Settles running records as succeeded, for their owners: Store.complete of the contract, for one key or several.
--
-- KEYS     the records
-- ARGV     1 ms until the key expires ('': never), 2 whether there are values (1 or 0), then ms of the retention if a tombstone
--          follows it, then for each key: owner, fence ('': not compared), value
-- Returns  for each key 1: settled, also if it was so before; 0: not this owner's any more; or a string: the message of
--          a failure of this key alone; or the one error for which nothing was written

local ttl, has_value, retention = ARGV[1], byte(ARGV[2]) == 49, sub(ARGV[2], 2)

-- The settled form of a running record of the usual kind, a first attempt without steps; nothing of any other.
local function settle_plain(raw, owner, fence, value)
  local state, flags = byte(raw, 1, 2)
  if state ~= RUNNING or flags >= LATER or band(flags, OWNER16) == 0 or retention ~= '' or not has_value then return end
  if sub(raw, 13, 28) ~= owner then return end
  local found_fence = struct.unpack('>I7', raw, 3)
  if fence ~= '' and found_fence ~= tonumber(fence) then return end
  local delta = now - floor(found_fence / 1000)
  if delta < 0 or delta >= WIDE_FROM then return end
  return char(SUCCEEDED, flags + PAYLOAD) .. sub(raw, 3, 9) .. pack('>I3', delta) .. sub(raw, 13, -8) .. value
end

-- The settled form of any record; or what there is to answer without one.
local function settle(raw, owner, fence, value)
  local records = records()
  local record = records.decode(raw)
  if not records.is_held_by(record, owner, fence) then return nil, 0 end
  if record.retention_end ~= 0 and now >= record.retention_end then return nil, 0 end
  if record.state == SUCCEEDED then return nil, 1 end
  if record.state ~= RUNNING then return nil, 0 end
  record.state = SUCCEEDED
  record.updated_at = now
  record.payload = has_value and value or nil
  if retention ~= '' then record.retention_end = after(retention) end
  return records.encode(record)
end

read_clock()
local raws = redis.call('MGET', unpack(KEYS))
local replies, seen = {}, {}
local refusal
for i = 1, #KEYS do
  local key, raw = KEYS[i], raws[i]
  local owner, fence, value = ARGV[i * 3], ARGV[i * 3 + 1], ARGV[i * 3 + 2]
  -- What MGET said of a key that came before may no longer be true.
  if seen[key] then raw = redis.call('GET', key) end
  seen[key] = true
  local new, answer
  if raw and not is_record(raw) then
    answer = FOREIGN
  elseif raw then
    new = settle_plain(raw, owner, fence, value)
    if not new then new, answer = settle(raw, owner, fence, value) end
  end
  if new then
    local set
    if ttl == '' then set = redis.pcall('SET', key, new) else set = redis.pcall('SET', key, new, 'PX', ttl) end
    if set.err then
      refusal = set.err
      answer = refusal
    else
      tell(key)
      answer = 1
    end
  end
  replies[i] = answer or 0
end
if is_of_replica(refusal) then return redis.error_reply(refusal) end
return replies
