-- Gives back a running attempt that never began, for its owner: Store.release of the contract.
--
-- Out  true: the record is as it was before the claim; false: this owner holds no running record

CREATE FUNCTION {{table_release}}(the_key text, the_owner text)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
  UPDATE {{table}} SET state = 'deleted', updated_at = now_ms, expires_at = 0, gone_at = 0
  WHERE key = the_key AND owner = the_owner AND state = 'running' AND now_ms < gone_at AND attempt = 1;
  IF NOT FOUND THEN
    -- No handler was given this fence, and whoever waited for this attempt must not be answered by the one before it.
    UPDATE {{table}} SET
      state = CASE WHEN takeover THEN 'abandoned' ELSE 'failed' END, retryable = NOT takeover, takeover = false,
      attempt = attempt - 1, fence = fence - 1, updated_at = now_ms
    WHERE key = the_key AND owner = the_owner AND state = 'running' AND now_ms < gone_at AND attempt > 1;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;
  RETURN true;
END
$function$
