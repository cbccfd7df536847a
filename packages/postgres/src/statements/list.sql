-- Store.list: a page of the records from a key on ($1), up to but not including another ($2; NULL: to the last), after the
-- one where the page before ended ($3; NULL: from the beginning). At most $4 rows are read, tombstones and what is past
-- its keeping among them: is_kept tells.
SELECT r.*, now_ms, now_ms < r.expires_at AS is_kept FROM (
  SELECT key, state, retryable, attempt, fence, owner, takeover, fingerprint, value, failure, steps::text AS steps,
    created_at, updated_at, lease_until, expires_at
  FROM {{table}}
  WHERE key >= $1 AND ($2::text IS NULL OR key < $2) AND ($3::text IS NULL OR key > $3)
  ORDER BY key LIMIT $4
) AS r, (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS clock (now_ms)
ORDER BY r.key
