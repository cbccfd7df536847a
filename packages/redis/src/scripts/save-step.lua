-- Remembers a step of a running attempt, for its owner: Store.saveStep of the contract. The first result of a name stays.
--
-- KEYS     1 the record
-- ARGV     1 owner, 2 name of the step, 3 whether there is a value ('1'), 4 value, 5 fence ('': not compared)
-- Returns  1: saved, also if it was so before; 0: this owner no longer holds it

local records = records()
local record = records.find(KEYS[1])
if not record or record.state ~= RUNNING or not records.is_held_by(record, ARGV[1], ARGV[5]) then return 0 end
local steps, name, at = record.steps or '', ARGV[2], 1
while at <= #steps do
  local length = struct.unpack('>I4', steps, at)
  if sub(steps, at + 4, at + 3 + length) == name then return 1 end
  at = at + 4 + length
  length = struct.unpack('>I4', steps, at)
  at = at + 4 + math.max(length - 1, 0)
end
local value = ARGV[3] == '1' and pack('>I4', #ARGV[4] + 1) .. ARGV[4] or pack('>I4', 0)
read_clock()
record.steps = steps .. pack('>I4', #name) .. name .. value
record.updated_at = now
redis.call('SET', KEYS[1], records.encode(record), 'KEEPTTL')
return 1
