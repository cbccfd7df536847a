-- Remembers a step of a running attempt, for its owner: Store.saveStep of the contract. The first result of a name stays.
--
-- In   fence (NULL: not compared)
-- Out  true: saved, also if it was so before; false: this owner no longer holds it

CREATE FUNCTION {{table_save_step}}(the_key text, the_owner text, the_fence bigint, the_name text, the_value text)
RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off AS $function$
DECLARE
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
  PERFORM FROM {{table}}
  WHERE key = the_key AND (the_fence IS NULL OR fence = the_fence)
    AND owner = the_owner AND state = 'running' AND now_ms < gone_at FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE {{table}} SET
    steps = coalesce(steps, '[]') || jsonb_build_array(jsonb_build_array(the_name, the_value)), updated_at = now_ms
  WHERE key = the_key AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(coalesce(steps, '[]')) AS step WHERE step ->> 0 = the_name
  );
  RETURN true;
END
$function$
