-- Settles several running records as succeeded, for their owners, which come by ascending keys, each key once.
--
-- In   keys, owners, fences (NULL: not compared) and values, each as one text whose parts end before the character U+0001; the text U+0002 is NULL
-- Out  the positions, from 1, of those that were refused, as by {{table_complete}}

CREATE FUNCTION {{table_complete_all}}(
  the_keys text, the_owners text, the_fences text, the_values text, retention_ms bigint, tombstone_ms bigint
)
RETURNS SETOF integer
LANGUAGE plpgsql SET lock_timeout = '1s' SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
DECLARE
  never CONSTANT bigint := 8640000000000000;
  keys CONSTANT text[] := string_to_array(the_keys, E'\x01');
  owners CONSTANT text[] := string_to_array(the_owners, E'\x01');
  fences CONSTANT bigint[] := string_to_array(the_fences, E'\x01', E'\x02');
  now_ms CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  ends CONSTANT bigint := least(now_ms + retention_ms, never);
  settled integer;
BEGIN
  UPDATE {{table}} AS r SET
    state = 'succeeded', value = u.value, failure = NULL, updated_at = now_ms,
    expires_at = ends, gone_at = least(ends + tombstone_ms, never)
  FROM unnest(keys, owners, fences, string_to_array(the_values, E'\x01', E'\x02')) AS u (key, owner, fence, value)
  WHERE r.key = u.key AND (u.fence IS NULL OR r.fence = u.fence)
    AND r.owner = u.owner AND r.state = 'running' AND now_ms < r.gone_at;
  GET DIAGNOSTICS settled = ROW_COUNT;
  PERFORM pg_notify({{channel}}, key) FROM {{table_watched}} WHERE key = ANY (keys);
  IF settled = cardinality(keys) THEN RETURN; END IF;
  RETURN QUERY
    SELECT u.nth::integer FROM unnest(keys, owners, fences) WITH ORDINALITY AS u (key, owner, fence, nth)
    WHERE NOT EXISTS (
      SELECT FROM {{table}} AS r
      WHERE r.key = u.key AND (u.fence IS NULL OR r.fence = u.fence)
        AND r.owner = u.owner AND r.state = 'succeeded' AND now_ms < r.gone_at
    );
END
$function$
