-- Store.get: the record of a key ($1), unless it is a tombstone or past its keeping.
SELECT r.*, now_ms FROM (
  SELECT key, state, retryable, attempt, fence, owner, takeover, fingerprint, value, failure, steps::text AS steps,
    created_at, updated_at, lease_until, expires_at
  FROM {{table}} WHERE key = $1
) AS r, (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS clock (now_ms)
WHERE now_ms < r.expires_at
