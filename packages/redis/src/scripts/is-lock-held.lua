-- Whether a lock is held: LockStore.isHeld of the contract. Reads only.
--
-- KEYS     1 the lock
-- ARGV     1 whether an owner is named ('1'), 2 the owner
-- Returns  1: held, and by that owner if one is named; 0: not so

read_clock()
local _, ends_at, owner = find_lock(KEYS[1])
if now < ends_at and (ARGV[1] ~= '1' or owner == ARGV[2]) then return 1 end
return 0
