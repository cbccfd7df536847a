-- Takes a lock if it is free, or held by this very owner: LockStore.acquire of the contract.
--
-- KEYS     1 the lock
-- ARGV     1 owner, 2 how long in ms ('': without limit)
-- Returns  1, fence, the server's time in ms: taken; 0, what is left of the other's time in ms: held

read_clock()
local fence, ends_at, owner = find_lock(KEYS[1])
local is_held = now < ends_at
if is_held and owner ~= ARGV[1] then return { 0, ends_at - now } end
if not is_held then fence = math.max(fence + 1, micros) end
put_lock(KEYS[1], fence, after(ARGV[2]), ARGV[1])
return { 1, fence, now }
