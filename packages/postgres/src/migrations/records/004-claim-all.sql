-- Decides for several claimants at once, which come by ascending keys, each key once: so batches never wait for one
-- another in a circle. What most batches consist of, new keys and answers to be replayed, is decided for all of them
-- together; each of the others as {{table_claim}} does.
--
-- In   keys, owners and fingerprints (NULL: none of them), each as one text whose parts end before the character U+0001; the
--      text U+0002 is NULL. waited_for likewise. The rest applies to all
-- Out  a row for all that is settled: the text answers and, for each, six parts: key, state, what is left of the retention in ms
--      (NULL: no end), attempt, fingerprint, value or failure. Whether the fingerprint is the claimant's, it sees for itself. A
--      row for each other claim that is not simply acquired as attempt 1: its position, from 1, the character U+0001, and what
--      {{table_claim}} answers; and, with position 0, the fence of those that are
--
-- What is settled is read by one walk through the index, and told in one row: a join, a loop and a row for each take the server
-- twice as long. So large answers, which would be too much for one text together, are left to {{table_claim}}.

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
  known text[];
  are_answers boolean[];
  answers text;
  nth integer;
BEGIN
  SELECT array_agg(key), array_agg(is_answer), string_agg(answer, E'\x01') FILTER (WHERE is_answer)
  INTO known, are_answers, answers
  FROM (
    SELECT r.key,
      now_ms < r.expires_at AND (r.state = 'succeeded' OR (r.state = 'failed' AND NOT r.retryable))
        AND (octet_length(coalesce(r.value, r.failure)) > 65536) IS NOT TRUE AS is_answer,
      r.key || E'\x01' || r.state || E'\x01' || coalesce((nullif(r.expires_at, never) - now_ms)::text, E'\x02') || E'\x01'
        || r.attempt || E'\x01' || coalesce(r.fingerprint, E'\x02') || E'\x01'
        || coalesce(r.value, r.failure, E'\x02') AS answer
    FROM {{table}} AS r WHERE r.key = ANY (keys)
  ) AS seen;
  IF known IS NULL THEN
    fresh := NULL;
  ELSE
    IF answers IS NOT NULL THEN RETURN NEXT E'answers\x01' || answers; END IF;
    IF cardinality(known) = cardinality(keys) AND true = ALL (are_answers) THEN RETURN; END IF;
    SELECT coalesce(array_agg(u.nth ORDER BY u.nth) FILTER (WHERE r.key IS NULL), '{}'),
      coalesce(array_agg(u.nth ORDER BY u.nth) FILTER (WHERE NOT r.is_answer), '{}')
    INTO fresh, others
    FROM unnest(keys) WITH ORDINALITY AS u (key, nth)
    LEFT JOIN unnest(known, are_answers) AS r (key, is_answer) ON r.key = u.key;
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
