-- Moves a pending entry of a stream to its dead letters, if it is still pending, or known not to be for it was trimmed.
--
-- KEYS     1 the stream, 2 its dead letters
-- ARGV     1 group, 2 id of the entry, 3 reason, 4 failure, 5 attempt, 6 how often it was replayed, 7 whether it was trimmed
--          (1, else 0), and then its fields and their values, in case it is no longer in the stream
-- Returns  1: moved; 0: nobody has it pending, so it was dealt with

if ARGV[7] == '0' and #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
local letter = {
  'reason', ARGV[3], 'failure', ARGV[4], 'attempt', ARGV[5], 'replays', ARGV[6],
  'stream', KEYS[1], 'group', ARGV[1], 'id', ARGV[2],
}
local fields = { unpack(ARGV, 8) }
local entry = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
-- As it was published, byte for byte, which the one who asks need not have.
if entry then fields = entry[2] end
for at = 1, #fields, 2 do
  if fields[at] ~= 'idem:replays' and fields[at] ~= 'idem:group' then
    letter[#letter + 1] = fields[at]
    letter[#letter + 1] = fields[at + 1]
  end
end
-- Written before it is acknowledged: should the one be refused, the other has not happened.
redis.call('XADD', KEYS[2], '*', unpack(letter))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return 1
