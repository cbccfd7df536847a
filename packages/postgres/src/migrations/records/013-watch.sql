-- Waits until whoever settles the record at this moment has done so: whoever settles it later finds the watch that was
-- placed (and committed) before. See {{table_complete}}.

CREATE FUNCTION {{table_watch}}(the_key text)
RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
BEGIN
  PERFORM FROM {{table}} WHERE key = the_key FOR SHARE;
END
$function$
