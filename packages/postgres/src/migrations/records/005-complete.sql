-- Settles a running record as succeeded, for its owner: Store.complete of the contract.
--
-- In   fence (NULL: not compared); retention_ms, tombstone_ms (NULL: without limit)
-- Out  true: settled, also if it was so before; false: not this owner's any more
--
-- Whoever watches is looked for in a statement of its own, after the record is locked: who places a watch from then on
-- waits for that lock.

CREATE FUNCTION {{table_complete}}(
  the_key text, the_owner text, the_fence bigint, the_value text, retention_ms bigint, tombstone_ms bigint
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
    state = 'succeeded', value = the_value, failure = NULL, updated_at = now_ms,
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
      AND owner = the_owner AND state = 'succeeded' AND now_ms < gone_at
  );
END
$function$
