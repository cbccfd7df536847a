-- Removes a record or tombstone, whatever its state: Store.delete of the contract.
--
-- The row remains until a sweep, without what it held: the next fence of the key is greater than its last whatever the clock
-- does.
--
-- Out  true: there was one; false: there was none, or only what was past its keeping

CREATE FUNCTION {{table_delete}}(the_key text)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
  UPDATE {{table}} SET
    state = 'deleted', updated_at = now_ms, expires_at = 0, gone_at = 0,
    value = NULL, failure = NULL, fingerprint = NULL, steps = NULL
  WHERE key = the_key AND now_ms < gone_at;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;
  RETURN true;
END
$function$
