-- Decides for several claimants at once, which come by ascending keys, each key once: so batches never wait for one
-- another in a circle. What most batches consist of, new keys and answers to be replayed, is decided for all of them
-- together; each of the others as {{table_claim}} does.
--
-- In   keys, owners and fingerprints (NULL: none of them), each as one text whose parts end before the character U+0001; the
--      text U+0002 is NULL. waited_for likewise. The rest applies to all
-- Out  a row for each claim that is not simply acquired as attempt 1: its position, from 1, the character U+0001, and what
--      {{table_claim}} answers; and, with position 0, the fence of those that are

CREATE FUNCTION {{table_claim_all}}(
  the_keys text, the_owners text, the_fingerprints text, lease_ms bigint, keep_ms bigint, max_attempts bigint,
  on_abandoned text, waited_for text
)
RETURNS SETOF text
LANGUAGE plpgsql SET lock_timeout = '250ms' SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
DECLARE
  never CONSTANT bigint := 8640000000000000;
  keys CONSTANT text[] := string_to_array(the_keys, E'\x01');
  owners CONSTANT text[] := string_to_array(the_owners, E'\x01');
  prints CONSTANT text[] := string_to_array(the_fingerprints, E'\x01', E'\x02');
  fences CONSTANT bigint[] := string_to_array(waited_for, E'\x01', E'\x02')::bigint[];
  micros CONSTANT bigint := extract(epoch FROM clock_timestamp()) * 1000000;
  now_ms CONSTANT bigint := micros / 1000;
  fresh integer[] := '{}';
  others integer[] := '{}';
  inserted integer;
  seen record;
  nth integer;
BEGIN
  IF EXISTS (SELECT FROM unnest(keys) AS u (key) JOIN {{table}} AS r ON r.key = u.key) THEN
    FOR seen IN
      SELECT u.nth::integer, r.key,
        array_to_string(
          ARRAY[
            u.nth::text, r.state, (nullif(r.expires_at, never) - now_ms)::text, r.attempt::text, NULL, NULL, 'false',
            r.fingerprint, coalesce(r.value, r.failure), NULL
          ], E'\x01', E'\x02') AS reply,
        now_ms < r.expires_at AND (r.state = 'succeeded' OR (r.state = 'failed' AND NOT r.retryable))
          AND (r.fingerprint <> u.fingerprint) IS NOT TRUE AS is_replay
      FROM unnest(keys, prints) WITH ORDINALITY AS u (key, fingerprint, nth)
      LEFT JOIN {{table}} AS r ON r.key = u.key
      ORDER BY u.nth
    LOOP
      IF seen.key IS NULL THEN
        fresh := fresh || seen.nth;
      ELSIF seen.is_replay THEN
        RETURN NEXT seen.reply;
      ELSE
        others := others || seen.nth;
      END IF;
    END LOOP;
  ELSE
    fresh := NULL;
  END IF;

  IF fresh IS NULL OR fresh <> '{}' THEN
    INSERT INTO {{table}} (key, state, owner, fingerprint, attempt, fence, retryable, takeover,
      created_at, updated_at, lease_until, expires_at, gone_at)
    SELECT u.key, 'running', u.owner, u.fingerprint, 1, micros, false, false,
      now_ms, now_ms, least(now_ms + lease_ms, never), ends, ends
    FROM unnest(keys, owners, prints) WITH ORDINALITY AS u (key, owner, fingerprint, nth),
      (SELECT least(now_ms + keep_ms, never)) AS keeping (ends)
    WHERE fresh IS NULL OR u.nth = ANY (fresh)
    ORDER BY u.nth
    ON CONFLICT (key) DO NOTHING;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    IF inserted < coalesce(cardinality(fresh), cardinality(keys)) THEN
      -- Somebody was quicker with some of them.
      SELECT coalesce(array_agg(late.nth ORDER BY late.nth), '{}') INTO others FROM (
        SELECT unnest(others) UNION ALL
        SELECT u.nth::integer FROM unnest(keys, owners) WITH ORDINALITY AS u (key, owner, nth)
        WHERE (fresh IS NULL OR u.nth = ANY (fresh))
          AND NOT EXISTS (SELECT FROM {{table}} AS r WHERE r.key = u.key AND r.owner = u.owner AND r.fence = micros)
      ) AS late (nth);
    END IF;
  END IF;

  FOREACH nth IN ARRAY others LOOP
    RETURN NEXT nth || E'\x01' || {{table_claim}}(
      keys[nth], owners[nth], prints[nth], lease_ms, keep_ms, max_attempts, on_abandoned, fences[nth]
    );
  END LOOP;
  IF fresh IS NULL OR fresh <> '{}' THEN
    RETURN NEXT E'0\x01' || micros;
  END IF;
END
$function$
