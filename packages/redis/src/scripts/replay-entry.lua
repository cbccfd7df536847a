-- Moves a dead letter back to the stream that it came from, as a new entry which says how often it was replayed, and for which
-- group it is.
--
-- KEYS     1 the dead letters, 2 the stream
-- ARGV     1 id of the letter
-- Returns  the id of the new entry; 0: there is no such letter (any more); 1: it came from another stream

-- What is said of the letter comes before the fields of the entry: see bury-entry.lua.
local REPLAYS, STREAM, GROUP, OWN = 8, 10, 12, 14

local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return 0 end
local fields = letter[2]
if fields[STREAM] ~= KEYS[2] then return 1 end
local entry = { unpack(fields, OWN + 1) }
entry[#entry + 1] = 'idem:replays'
entry[#entry + 1] = string.format('%.0f', tonumber(fields[REPLAYS]) + 1)
-- Where that group is gone, it is for all, as it was when it was published: else nobody would handle it.
for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', KEYS[2])) do
  for at = 1, #group, 2 do
    if group[at] == 'name' and group[at + 1] == fields[GROUP] then
      entry[#entry + 1] = 'idem:group'
      entry[#entry + 1] = fields[GROUP]
    end
  end
end
local id = redis.call('XADD', KEYS[2], '*', unpack(entry))
redis.call('XDEL', KEYS[1], ARGV[1])
return id
