-- Takes a consumer out of its group, if nothing is pending for it: that would be lost with it.
--
-- KEYS     1 the stream
-- ARGV     1 group, 2 consumer
-- Returns  1: it has left; 0: it has entries pending

if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
