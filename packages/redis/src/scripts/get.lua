-- Shows records as they are: Store.get and Store.list of the contract. Reads only.
--
-- KEYS     the records
-- ARGV     1 what is kept under a key and no record: '1' an error, '0' as if there were none
-- Returns  the server's time in ms, then for each key '' (there is none, or no longer) or when the key expires, in ms since
--          the epoch and 7 bytes (NEVER: it does not), and the record

read_clock()
local shown = { now }
for i = 1, #KEYS do
  local raw = redis.pcall('GET', KEYS[i])
  local is_text = type(raw) == 'string'
  if not is_text or not is_record(raw) then
    if raw and ARGV[1] == '1' then return is_text and redis.error_reply(FOREIGN) or raw end
    shown[i + 1] = ''
  else
    local expires_at = redis.call('PEXPIRETIME', KEYS[i])
    shown[i + 1] = pack('>I7', expires_at < 0 and NEVER or expires_at) .. raw
  end
end
return shown
