-- What the scripts know of a lock; stands in front of each that handles locks, after clock.lua.
--
-- A lock is one string: fence in 7 bytes, when it ends in 7 bytes (0: released), owner. The key outlives the lock by an
-- hour, so that the next fence is greater also when the server's clock was set back meanwhile.
--
-- A fence is above 10^15 and below 2^53, and so no text of letters begins like a lock. Whatever else stands under a key is
-- somebody else's: it is left as it is, and every call about it fails.

local REMEMBERED_MS = 3600000

-- The lock as it was last granted, if that is remembered: its fence, when it ends or ended, and the owner.
local function find_lock(key)
  local raw = redis.call('GET', key)
  if not raw then return 0, 0, '' end
  local fence, ends_at = 0, 0
  if #raw >= 14 then fence, ends_at = struct.unpack('>I7I7', raw) end
  if fence <= 1000000000000000 or fence > NEVER then
    error({ err = 'WRONGTYPE the value of this key is no lock' })
  end
  return fence, ends_at, sub(raw, 15)
end

local function put_lock(key, fence, ends_at, owner)
  local raw = pack('>I7I7', fence, ends_at) .. owner
  if ends_at == NEVER then
    redis.call('SET', key, raw)
  else
    local left = math.max(ends_at - now, 0) + REMEMBERED_MS
    redis.call('SET', key, raw, 'PX', string.format('%.0f', left))
  end
end
