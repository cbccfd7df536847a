-- Renews the time of a held lock, for its owner: LockStore.extend of the contract.
--
-- KEYS     1 the lock
-- ARGV     1 owner, 2 how long from now in ms ('': without limit)
-- Returns  1: renewed; 0: this owner does not hold it

read_clock()
local fence, ends_at, owner = find_lock(KEYS[1])
if now >= ends_at or owner ~= ARGV[1] then return 0 end
put_lock(KEYS[1], fence, after(ARGV[2]), owner)
return 1
