-- Removes at most $3 rows that are past their keeping, of the pages from $1 up to, not including, $2. Rows that somebody
-- is at are left for next time: nobody is waited for. So are those that were deleted this second, for a clock that counts in
-- milliseconds would give the next attempt of their keys the same fence.
DELETE FROM {{table}} WHERE ctid = ANY (ARRAY (
  SELECT ctid FROM {{table}}
  WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $2::bigint)::tid
    AND gone_at <= extract(epoch FROM clock_timestamp()) * 1000
    AND updated_at <= extract(epoch FROM clock_timestamp()) * 1000 - 1000
  LIMIT $3
  FOR UPDATE SKIP LOCKED
)) RETURNING true
