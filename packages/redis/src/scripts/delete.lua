-- Removes a record or tombstone, whatever its state: Store.delete of the contract.
--
-- KEYS     1 the record
-- Returns  1: there was one; 0: there was none

-- GET fails for what is no string, and so is somebody else's.
local raw = redis.call('GET', KEYS[1])
if not raw then return 0 end
if not is_record(raw) then return redis.error_reply(FOREIGN) end
redis.call('DEL', KEYS[1])
tell(KEYS[1])
return 1
