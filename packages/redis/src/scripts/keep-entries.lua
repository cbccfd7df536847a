-- Says how long a consumer's pending entries have been idle: none, for a sign of life; longer, to hand them to others.
--
-- KEYS     1 the stream
-- ARGV     1 group, 2 consumer, 3 whose they are from then on, and then id and idle time in ms of each entry
-- Returns  the ids of those which this consumer still had, and of those which it had pending, but were trimmed: from now on
--          these are pending for nobody

local kept, trimmed = {}, {}
for at = 4, #ARGV, 2 do
  local id = ARGV[at]
  -- Never anybody else's: XCLAIM alone would take it from them.
  if #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) == 1 then
    local claimed = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, id, 'IDLE', ARGV[at + 1], 'JUSTID')
    -- What is no longer in the stream, XCLAIM takes off the list of what is pending.
    local list = #claimed == 1 and kept or trimmed
    list[#list + 1] = id
  end
end
return { kept, trimmed }
