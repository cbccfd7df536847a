-- Settles as succeeded a record that is abandoned or failed retryably: Store.resolve of the contract.
--
-- KEYS     1 the record
-- ARGV     1 owner of the resolution, 2 ms until the key expires ('': never), 3 ms of the retention, if a tombstone
--          follows it (''), 4 whether there is a value ('1'), 5 value
-- Returns  1: settled, also if it was so before; 0: nothing to resolve, nothing written

local records = records()
local record = records.find(KEYS[1])
if not record then return 0 end
if record.state == SUCCEEDED and record.owner == ARGV[1] then return 1 end
if record.state == SUCCEEDED or record.state == FAILED then return 0 end
read_clock()
if record.state == RUNNING and now < record.lease_until then return 0 end
record.state = SUCCEEDED
record.owner = ARGV[1]
record.updated_at = now
record.payload = ARGV[4] == '1' and ARGV[5] or nil
if ARGV[3] ~= '' then record.retention_end = after(ARGV[3]) end
records.put(KEYS[1], record, ARGV[2])
tell(KEYS[1])
return 1
