-- Renews the lease of a running record, for its owner: Store.extend of the contract.
--
-- In   fence (NULL: not compared); lease_ms, keep_ms (NULL: without limit)
-- Out  true: renewed; false: this owner no longer holds it

CREATE FUNCTION {{table_extend}}(the_key text, the_owner text, the_fence bigint, lease_ms bigint, keep_ms bigint)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off AS $function$
DECLARE
  never CONSTANT bigint := 8640000000000000;
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  ends CONSTANT bigint := least(now_ms + keep_ms, never);
BEGIN
  UPDATE {{table}} SET lease_until = least(now_ms + lease_ms, never), expires_at = ends, gone_at = ends
  WHERE key = the_key AND (the_fence IS NULL OR fence = the_fence)
    AND owner = the_owner AND state = 'running' AND now_ms < gone_at;
  RETURN FOUND;
END
$function$
