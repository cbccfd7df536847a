-- Shows records as they are: Store.get and Store.list of the contract. Reads only.
--
-- KEYS     the records
-- Returns  the server's time in ms, then for each key '' (there is none, or no longer) or when the key expires, in ms since
--          the epoch and 7 bytes (NEVER: it does not), and the record

read_clock()
local shown = { now }
for i = 1, #KEYS do
  -- What is no string is nothing of idem's.
  local raw = redis.pcall('GET', KEYS[i])
  if type(raw) ~= 'string' then
    if #KEYS == 1 and raw and raw.err then return raw end
    shown[i + 1] = ''
  else
    local expires_at = redis.call('PEXPIRETIME', KEYS[i])
    shown[i + 1] = pack('>I7', expires_at < 0 and NEVER or expires_at) .. raw
  end
end
return shown
