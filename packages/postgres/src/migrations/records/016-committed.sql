-- Whether a transaction whose COMMIT was not answered has committed: its record is there. Waits until it has ended,
-- for a second: a server that has not noticed yet that its client is gone is asked again.

CREATE FUNCTION {{table_committed}}(the_key text, the_owner text)
RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET lock_timeout = '1s' AS $function$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0));
  RETURN EXISTS (SELECT FROM {{table}} WHERE key = the_key AND owner = the_owner AND state = 'succeeded');
END
$function$
