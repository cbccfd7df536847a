-- Waits until whoever releases the lock at this moment has done so: whoever releases it later finds the watch that was
-- placed (and committed) before. See {{table_release}}.

CREATE FUNCTION {{table_watch}}(the_name text)
RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
BEGIN
  PERFORM FROM {{table}} WHERE name = the_name FOR SHARE;
END
$function$
