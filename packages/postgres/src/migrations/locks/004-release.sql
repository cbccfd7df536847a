-- Gives a lock back: LockStore.release of the contract.
--
-- Out  true: it was held by this owner; false: it was not (any more), and nothing was written

CREATE FUNCTION {{table_release}}(the_name text, the_owner text)
RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
DECLARE
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
  UPDATE {{table}} SET owner = NULL, held_until = now_ms
  WHERE name = the_name AND owner = the_owner AND now_ms < held_until;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM pg_notify({{channel}}, the_name) FROM {{table_watched}} WHERE key = the_name LIMIT 1;
  RETURN true;
END
$function$
