-- Settles a running record as failed or abandoned, for its owner: Store.fail of the contract.
--
-- KEYS     1 the record
-- ARGV     1 owner, 2 the state that it comes to, as record.lua has it, 3 failure, 4 ms until the key expires ('': never),
--          5 ms of the retention, if a tombstone follows it (''), 6 fence ('': not compared)
-- Returns  1: settled, also if it was so before; 0: not this owner's any more

local records = records()
local record = records.find(KEYS[1])
if not record or not records.is_held_by(record, ARGV[1], ARGV[6]) then return 0 end
local state = tonumber(ARGV[2])
if record.state == state then return 1 end
if record.state ~= RUNNING then return 0 end
read_clock()
record.state = state
record.payload = ARGV[3]
record.updated_at = now
if ARGV[5] ~= '' then record.retention_end = after(ARGV[5]) end
records.put(KEYS[1], record, ARGV[4])
tell(KEYS[1])
return 1
