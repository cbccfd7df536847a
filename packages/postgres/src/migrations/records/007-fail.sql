-- Settles a running record as failed or abandoned, for its owner: Store.fail of the contract.
--
-- In   fence (NULL: not compared); the state that it comes to and whether that may be tried again; retention_ms, tombstone_ms (NULL: without limit)
-- Out  true: settled, also if it was so before; false: not this owner's any more

CREATE FUNCTION {{table_fail}}(
  the_key text, the_owner text, the_fence bigint, the_state text, is_retryable boolean, the_failure text, retention_ms bigint,
  tombstone_ms bigint
)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  never CONSTANT bigint := 8640000000000000;
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  ends CONSTANT bigint := least(now_ms + retention_ms, never);
BEGIN
  UPDATE {{table}} SET
    state = the_state, retryable = is_retryable, failure = the_failure, updated_at = now_ms,
    expires_at = ends, gone_at = least(ends + tombstone_ms, never)
  WHERE key = the_key AND (the_fence IS NULL OR fence = the_fence)
    AND owner = the_owner AND state = 'running' AND now_ms < gone_at;
  IF FOUND THEN
    PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;
    RETURN true;
  END IF;
  RETURN EXISTS (
    SELECT FROM {{table}}
    WHERE key = the_key AND (the_fence IS NULL OR fence = the_fence)
      AND owner = the_owner AND state = the_state AND retryable = is_retryable AND now_ms < gone_at
  );
END
$function$
