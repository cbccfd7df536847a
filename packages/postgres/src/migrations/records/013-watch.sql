-- Waits until whoever settles the record at this moment has done so: whoever settles it later finds the watch that was
-- placed (and committed) before. Where there is a record that is its lock; a transaction that makes one says that it is
-- about to commit by an advisory lock. Such a transaction may stay open for long, and no connection is to wait for it. See {{table_complete}}, {{table_settle}}.

CREATE FUNCTION {{table_watch}}(the_key text)
RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET lock_timeout = '250ms' AS $function$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended({{channel}} || the_key, 1));
  PERFORM FROM {{table}} WHERE key = the_key FOR SHARE;
END
$function$
