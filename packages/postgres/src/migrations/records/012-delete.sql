-- Removes a record or tombstone, whatever its state: Store.delete of the contract.
--
-- Out  true: there was one; false: there was none, or only what was past its keeping

CREATE FUNCTION {{table_delete}}(the_key text)
RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  was_kept boolean;
BEGIN
  DELETE FROM {{table}} WHERE key = the_key RETURNING now_ms < gone_at INTO was_kept;
  PERFORM pg_notify({{channel}}, the_key) FROM {{table_watched}} WHERE key = the_key LIMIT 1;
  RETURN coalesce(was_kept, false);
END
$function$
