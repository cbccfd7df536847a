-- Gives a lock back, for its owner: LockStore.release of the contract. Its fence is remembered.
--
-- KEYS     1 the lock
-- ARGV     1 owner
-- Returns  1: released; 0: this owner did not hold it (any more)

read_clock()
local fence, ends_at, owner = find_lock(KEYS[1])
if now >= ends_at or owner ~= ARGV[1] then return 0 end
put_lock(KEYS[1], fence, 0, '')
tell(KEYS[1])
return 1
