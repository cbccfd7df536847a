-- Claims a key for the transaction that it is called in, which need not commit for that: nothing is written.
--
-- In   fingerprint, the fence of the attempt waited for (NULL: none)
-- Out  outcome: acquired, busy, succeeded, failed, mismatch or expired; the rest as {{table_claim}} has it, and found_fence, the
--      fence of the attempt before, for {{table_settle}}
--
-- Whoever has the key holds an advisory lock until its transaction ends. Nobody waits for that lock: who does not get it is
-- told so, and can give its connection back. The record is looked at after the lock was taken, by a statement that sees
-- what was committed until then. (In a repeatable read it may not; then {{table_settle}} fails with a conflict.)

CREATE FUNCTION {{table_begin}}(
  the_key text, the_fingerprint text, waited_for bigint,
  OUT outcome text, OUT left_ms bigint, OUT attempt integer, OUT fence bigint, OUT found_fence bigint,
  OUT retryable boolean, OUT fingerprint text, OUT payload text
)
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  never CONSTANT bigint := 8640000000000000;
  r {{table}}%ROWTYPE;
  micros bigint;
  now_ms bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended({{channel}} || the_key, 0)) THEN
    outcome := 'busy';
    RETURN;
  END IF;
  SELECT * INTO r FROM {{table}} WHERE key = the_key;
  micros := extract(epoch FROM clock_timestamp()) * 1000000;
  now_ms := micros / 1000;
  attempt := 1;
  IF now_ms < r.gone_at THEN
    attempt := r.attempt;
    fence := r.fence;
    retryable := r.retryable;
    IF now_ms >= r.expires_at THEN
      outcome := 'expired';
    ELSIF r.fingerprint <> the_fingerprint THEN
      outcome := 'mismatch';
    ELSIF r.state = 'succeeded' OR (r.state = 'failed' AND (NOT r.retryable OR r.fence >= waited_for)) THEN
      outcome := r.state;
      left_ms := nullif(r.expires_at, never) - now_ms;
      fingerprint := r.fingerprint;
      payload := coalesce(r.value, r.failure);
    ELSIF r.state = 'running' AND now_ms < r.lease_until THEN
      outcome := 'busy';
    ELSE
      attempt := r.attempt + 1;
    END IF;
    IF outcome IS NOT NULL THEN RETURN; END IF;
  END IF;
  outcome := 'acquired';
  found_fence := r.fence;
  -- Without a record there is no fence to be greater than, and greatest() leaves NULL out.
  fence := greatest(r.fence + 1, micros);
END
$function$
