-- Decides what a claimant may do with a key: Store.claim of the contract, rule by rule.
--
-- In   owner and fingerprint (NULL: none) of the claim; lease_ms, keep_ms (NULL: without limit); max_attempts (NULL:
--      unlimited); on_abandoned; the fence of the attempt waited for (NULL: none)
-- Out  one text whose parts end before the character U+0001, and the text U+0002 for NULL, for a driver takes longer over
--      nine columns than over all the rest: outcome (acquired, running, succeeded, failed, abandoned, mismatch or expired);
--      what is left, in ms, of the lease of a running record, or of the retention of a settled one (NULL: no end); attempt;
--      fence; whether it is a takeover; whether it is retryable; fingerprint; value or failure; steps
--
-- A function, and not one statement, for three reasons. Each statement inside sees what was committed before it began,
-- whereas INSERT ... ON CONFLICT DO NOTHING and SELECT in one statement share a snapshot, in which the record of a winner
-- who commits meanwhile is to be found by neither. A record is looked at without a lock, and locked and looked at again
-- only if it is to be written, so that a replay leaves no trace. And its plans stay with the server's connection, also
-- where a pooler hands that to somebody else after each transaction.
--
-- Whoever is to write sets lock_timeout first: a transaction that the caller has open may keep the record to itself for
-- long, and nobody waits here for that. A replay is spared it.

CREATE FUNCTION {{table_claim}}(
  the_key text, the_owner text, the_fingerprint text, lease_ms bigint, keep_ms bigint, max_attempts bigint,
  on_abandoned text, waited_for bigint
)
RETURNS text
LANGUAGE plpgsql AS $function$
#variable_conflict use_column
DECLARE
  never CONSTANT bigint := 8640000000000000;
  r {{table}}%ROWTYPE;
  outcome text;
  left_ms bigint;
  attempt integer;
  fence bigint;
  takeover boolean;
  retryable boolean;
  fingerprint text;
  payload text;
  steps text;
  is_locked boolean := false;
  is_next boolean;
  is_exhausted boolean;
  micros bigint;
  now_ms bigint;
BEGIN
  LOOP
    IF is_locked THEN
      SELECT * INTO r FROM {{table}} WHERE key = the_key FOR NO KEY UPDATE;
    ELSE
      SELECT * INTO r FROM {{table}} WHERE key = the_key;
    END IF;
    micros := extract(epoch FROM clock_timestamp()) * 1000000;
    now_ms := micros / 1000;

    IF r.key IS NULL THEN
      PERFORM set_config('lock_timeout', '250ms', true);
      INSERT INTO {{table}} (key, state, owner, fingerprint, attempt, fence, retryable, takeover,
        created_at, updated_at, lease_until, expires_at, gone_at)
      SELECT the_key, 'running', the_owner, the_fingerprint, 1, micros, false, false,
        now_ms, now_ms, least(now_ms + lease_ms, never), ends, ends
      FROM (SELECT least(now_ms + keep_ms, never)) AS keeping (ends)
      ON CONFLICT (key) DO NOTHING;
      IF FOUND THEN
        outcome := 'acquired'; attempt := 1; fence := micros; takeover := false;
        EXIT;
      END IF;
      -- Somebody was quicker, and has committed.
      is_locked := false;
      CONTINUE;
    END IF;

    attempt := r.attempt;
    fence := r.fence;
    is_next := true;
    IF now_ms >= r.gone_at THEN
      r.attempt := 0; r.fingerprint := NULL; r.steps := NULL; r.failure := NULL; r.takeover := false;
      r.created_at := now_ms;
    ELSIF now_ms >= r.expires_at THEN
      outcome := 'expired';
      EXIT;
    ELSIF r.fingerprint <> the_fingerprint THEN
      outcome := 'mismatch';
      EXIT;
    ELSE
      is_exhausted := r.attempt >= max_attempts;
      CASE r.state
        WHEN 'running' THEN
          IF r.owner = the_owner THEN
            is_next := false;
          ELSIF now_ms < r.lease_until THEN
            outcome := 'running';
            left_ms := nullif(r.lease_until, never) - now_ms;
            EXIT;
          ELSE
            outcome := 'abandoned';
          END IF;
        WHEN 'abandoned' THEN
          outcome := 'abandoned';
        WHEN 'succeeded' THEN
          outcome := 'succeeded';
        WHEN 'failed' THEN
          IF NOT r.retryable OR r.owner = the_owner OR is_exhausted OR r.fence >= waited_for THEN
            outcome := 'failed';
          END IF;
      END CASE;
      IF outcome IN ('succeeded', 'failed') THEN
        left_ms := nullif(r.expires_at, never) - now_ms;
        retryable := r.retryable;
        fingerprint := r.fingerprint;
        payload := coalesce(r.value, r.failure);
        EXIT;
      END IF;
      IF r.state = 'running' AND is_next THEN r.failure := NULL; END IF;
      IF outcome = 'abandoned' THEN
        IF r.owner = the_owner OR on_abandoned = 'reject' OR (on_abandoned = 'takeover' AND is_exhausted) THEN
          payload := r.failure;
          EXIT;
        END IF;
        r.takeover := true;
      ELSIF is_next THEN
        r.takeover := false;
      END IF;
    END IF;

    -- It is to be written: what was seen must still be so.
    IF NOT is_locked THEN
      PERFORM set_config('lock_timeout', '250ms', true);
      is_locked := true;
      outcome := NULL;
      CONTINUE;
    END IF;
    IF is_next THEN
      r.attempt := r.attempt + 1;
      r.fence := greatest(r.fence + 1, micros);
      r.updated_at := now_ms;
      r.fingerprint := coalesce(r.fingerprint, the_fingerprint);
    END IF;
    r.expires_at := least(now_ms + keep_ms, never);
    UPDATE {{table}} SET
      state = 'running', owner = the_owner, fingerprint = r.fingerprint, attempt = r.attempt, fence = r.fence,
      retryable = false, takeover = r.takeover, created_at = r.created_at, updated_at = r.updated_at,
      lease_until = least(now_ms + lease_ms, never), expires_at = r.expires_at, gone_at = r.expires_at,
      failure = r.failure, value = NULL, steps = r.steps
    WHERE key = the_key;
    outcome := 'acquired'; attempt := r.attempt; fence := r.fence; takeover := r.takeover; steps := r.steps;
    EXIT;
  END LOOP;
  RETURN array_to_string(
    ARRAY[
      outcome, left_ms::text, attempt::text, fence::text, takeover::text, retryable::text, fingerprint, payload, steps
    ], E'\x01', E'\x02');
END
$function$
