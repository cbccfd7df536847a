-- Renews the lease of a running record, for its owner: Store.extend of the contract.
--
-- KEYS     1 the record
-- ARGV     1 owner, 2 lease in ms ('': without limit), 3 keeping in ms ('': for ever), 4 fence ('': not compared)
-- Returns  1: renewed; 0: this owner no longer holds it

local records = records()
local record = records.find(KEYS[1])
if not record or record.state ~= RUNNING or not records.is_held_by(record, ARGV[1], ARGV[4]) then return 0 end
read_clock()
record.lease_until = after(ARGV[2])
records.put(KEYS[1], record, ARGV[3])
return 1
