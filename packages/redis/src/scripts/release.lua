-- Gives back a running attempt that never began, for its owner: Store.release of the contract.
--
-- KEYS     1 the record
-- ARGV     1 owner
-- Returns  1: the record is as it was before the claim; 0: this owner holds no running record

local records = records()
local record = records.find(KEYS[1])
if not record or record.state ~= RUNNING or record.owner ~= ARGV[1] then return 0 end
if record.attempt == 1 then
  redis.call('DEL', KEYS[1])
else
  read_clock()
  record.state = record.takeover and ABANDONED or RETRYABLE
  record.takeover = false
  record.attempt = record.attempt - 1
  -- No handler was given this fence, and whoever waited for this attempt must not be answered by the one before it.
  record.fence = record.fence - 1
  record.updated_at = now
  redis.call('SET', KEYS[1], records.encode(record), 'KEEPTTL')
end
tell(KEYS[1])
return 1
