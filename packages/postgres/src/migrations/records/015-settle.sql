-- Keeps the answer of a transaction in that transaction, or the final failure of one that was rolled back.
--
-- In   fingerprint (NULL: none); attempt, fence, found_fence and the transaction (NULL: another one), as {{table_begin}} told them;
--      value or failure, and which of them it is; retention_ms, tombstone_ms (NULL: without limit)
-- Out  true; or false if somebody else, who does not ask for the lock of {{table_begin}}, has claimed the key since, and nothing was
--      written. An answer that cannot be kept is a conflict instead (40001), whose transaction must not commit.
--
-- In a transaction whose snapshot is older than the watches, there is no telling who watches: so it is told anyway.

CREATE FUNCTION {{table_settle}}(
  the_key text, the_owner text, the_fingerprint text, the_attempt integer, the_fence bigint, found_fence bigint,
  the_transaction bigint, the_state text, the_value text, the_failure text, retention_ms bigint, tombstone_ms bigint
)
RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
  IF (extract(epoch FROM now()) * 1000000)::bigint <> the_transaction THEN
    RAISE EXCEPTION 'the transaction was ended by the body, and what it wrote then has no record'
      USING ERRCODE = '2D000', HINT = 'the body must not COMMIT or ROLLBACK what it was given';
  END IF;
  -- From here on, who places a watch waits for the end of this transaction.
  PERFORM pg_advisory_xact_lock(hashtextextended({{channel}} || the_key, 1));
  IF found_fence IS NULL THEN
    INSERT INTO {{table}} (key, state, owner, fingerprint, attempt, fence, retryable, takeover,
      created_at, updated_at, lease_until, expires_at, gone_at, value, failure)
    SELECT the_key, the_state, the_owner, the_fingerprint, the_attempt, the_fence, false, false,
      now_ms, now_ms, now_ms, ends, least(ends + tombstone_ms, {{never}}), the_value, the_failure
    FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS clock (now_ms),
      LATERAL (SELECT least(now_ms + retention_ms, {{never}})) AS keeping (ends)
    ON CONFLICT (key) DO NOTHING;
  ELSE
    UPDATE {{table}} SET
      state = the_state, owner = the_owner, attempt = the_attempt, fence = the_fence, retryable = false,
      takeover = attempt < the_attempt AND state <> 'failed',
      fingerprint = CASE WHEN attempt < the_attempt THEN coalesce(fingerprint, the_fingerprint) ELSE the_fingerprint END,
      created_at = CASE WHEN attempt < the_attempt THEN created_at ELSE now_ms END,
      steps = CASE WHEN attempt < the_attempt THEN steps END,
      updated_at = now_ms, expires_at = ends, gone_at = least(ends + tombstone_ms, {{never}}),
      value = the_value, failure = the_failure
    FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS clock (now_ms),
      LATERAL (SELECT least(now_ms + retention_ms, {{never}})) AS keeping (ends)
    WHERE key = the_key AND fence = found_fence AND (
      now_ms >= gone_at OR state = 'abandoned' OR (state = 'failed' AND retryable)
      OR (state = 'running' AND now_ms >= lease_until)
    );
  END IF;
  IF NOT FOUND THEN
    IF the_state = 'failed' THEN RETURN false; END IF;
    RAISE EXCEPTION 'the key was claimed by somebody else during the transaction' USING ERRCODE = '40001';
  END IF;
  PERFORM pg_notify({{channel}}, the_key) WHERE
    EXISTS (SELECT FROM {{table_watched}} WHERE key = the_key)
    OR (current_setting('transaction_isolation') <> 'read committed' AND octet_length(the_key) < 8000);
  RETURN true;
END
$function$
