-- Claims a key for the transaction that it is called in, which need not commit for that: nothing is written.
--
-- In   fingerprint, the fence of the attempt waited for (NULL: none)
-- Out  one text as of {{table_claim}}, which may end early where the rest is NULL. Its outcome is acquired, busy, succeeded,
--      failed, mismatch or expired; if acquired, its tenth part is the fence of the attempt before, and its last one tells
--      this transaction from others: both are for {{table_settle}}
--
-- Whoever has the key holds an advisory lock until its transaction ends. Nobody waits for that lock: who does not get it is
-- told so, and can give its connection back. The record is looked at after the lock was taken, by a statement that sees
-- what was committed until then. (In a repeatable read it may not; then {{table_settle}} fails with a conflict.) An answer
-- needs no lock: of many who ask for it at once, none keeps the others from it.
--
-- The common cases come first, and declare as little as they can: what is declared is worked out anew in each call.

CREATE FUNCTION {{table_begin}}(the_key text, the_fingerprint text, waited_for bigint)
RETURNS text
LANGUAGE plpgsql AS $function$
DECLARE
  is_free CONSTANT boolean := pg_try_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0));
  r {{table}}%ROWTYPE;
BEGIN
  SELECT * INTO r FROM {{table}} WHERE key = the_key;
  IF r.key IS NULL THEN
    IF NOT is_free THEN RETURN 'busy'; END IF;
    RETURN format(
      E'acquired\x01\x02\x011\x01%s\x01\x02\x01\x02\x01\x02\x01\x02\x01\x02\x01\x02\x01%s',
      (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, (extract(epoch FROM now()) * 1000000)::bigint);
  END IF;
  DECLARE
    never CONSTANT bigint := 8640000000000000;
    micros CONSTANT bigint := extract(epoch FROM clock_timestamp()) * 1000000;
    now_ms CONSTANT bigint := micros / 1000;
    is_kept CONSTANT boolean := now_ms < r.gone_at;
  BEGIN
    IF is_kept THEN
      IF now_ms >= r.expires_at THEN RETURN 'expired'; END IF;
      IF r.fingerprint <> the_fingerprint THEN RETURN 'mismatch'; END IF;
      IF r.state = 'succeeded' OR (r.state = 'failed' AND (NOT r.retryable OR r.fence >= waited_for)) THEN
        RETURN array_to_string(
          ARRAY[
            r.state, (nullif(r.expires_at, never) - now_ms)::text, r.attempt::text, r.fence::text, NULL,
            r.retryable::text, r.fingerprint, coalesce(r.value, r.failure)
          ], E'\x01', E'\x02');
      END IF;
      IF r.state = 'running' AND now_ms < r.lease_until THEN
        RETURN array_to_string(ARRAY['busy', NULL, r.attempt::text, r.fence::text], E'\x01', E'\x02');
      END IF;
    END IF;
    IF NOT is_free THEN RETURN 'busy'; END IF;
    RETURN array_to_string(
      ARRAY[
        'acquired', NULL, CASE WHEN is_kept THEN r.attempt + 1 ELSE 1 END::text,
        greatest(r.fence + 1, micros)::text, NULL, NULL, NULL, NULL, NULL, r.fence::text,
        (extract(epoch FROM now()) * 1000000)::bigint::text
      ], E'\x01', E'\x02');
  END;
END
$function$
