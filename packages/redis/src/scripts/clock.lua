-- The server's clock, telling of changes, and knowing a replica; stands in front of every script.

local sub, floor, pack = string.sub, math.floor, struct.pack

-- Stands for never. Below 2^53, as every number here must be.
local NEVER = 9007199254740991

local now, micros

-- Reads the server's clock, once a script: `now` in ms, `micros` in µs.
local function read_clock()
  if now then return end
  local time = redis.call('TIME')
  micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
  now = floor(micros / 1000)
end

-- The end of a duration given as text; '' means without limit.
local function after(duration)
  if duration == '' then return NEVER end
  return math.min(now + tonumber(duration), NEVER)
end

-- Tells whoever watches the key. A user who may not publish can settle all the same: waiters then poll.
local function tell(key)
  redis.pcall('PUBLISH', key, '')
end

-- Whether a refusal to write is that of a replica. It holds for every key, and the driver must see it as an error: users
-- tell their clients to reconnect for it (reconnectOnError).
local function is_of_replica(refusal)
  return refusal and sub(refusal, 1, 8) == 'READONLY'
end
