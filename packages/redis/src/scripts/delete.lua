-- Removes a record or tombstone, whatever its state: Store.delete of the contract.
--
-- KEYS     1 the record
-- Returns  1: there was one; 0: there was none

local removed = redis.call('DEL', KEYS[1])
tell(KEYS[1])
return removed
