-- LockStore.extend: gives the owner ($2) of the lock $1 another $3 ms from now, if it still holds it.
UPDATE {{table}} SET held_until = now_ms + $3, gone_at = now_ms + $3 + 3600000
FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS clock (now_ms)
WHERE name = $1 AND owner = $2 AND now_ms < held_until
RETURNING true AS done
