-- Takes a lock if it is free, or is the owner's already: LockStore.acquire of the contract.
--
-- In   ttl_ms
-- Out  fence, if the lock is the owner's now, and the server's clock then, in milliseconds; else left_ms, of the other's time

CREATE FUNCTION {{table_acquire}}(
  the_name text, the_owner text, ttl_ms bigint, OUT fence bigint, OUT now_ms bigint, OUT left_ms bigint
)
LANGUAGE plpgsql SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
  an_hour CONSTANT bigint := 3600000;
  never CONSTANT bigint := 8640000000000000;
  lock {{table}}%ROWTYPE;
  micros bigint;
  next_fence bigint;
  is_locked boolean := false;
BEGIN
  LOOP
    -- Whoever is refused takes no lock on the row: it is looked at once more if it is to be written.
    IF is_locked THEN
      SELECT * INTO lock FROM {{table}} WHERE name = the_name FOR NO KEY UPDATE;
    ELSE
      SELECT * INTO lock FROM {{table}} WHERE name = the_name;
    END IF;
    micros := extract(epoch FROM clock_timestamp()) * 1000000;
    now_ms := micros / 1000;
    IF lock.name IS NULL THEN
      INSERT INTO {{table}} (name, owner, fence, updated_at, held_until, gone_at)
      VALUES (the_name, the_owner, micros, now_ms, least(now_ms + ttl_ms, never), least(now_ms + ttl_ms, never) + an_hour)
      ON CONFLICT (name) DO NOTHING;
      fence := micros;
      EXIT WHEN FOUND;
      is_locked := false;
      CONTINUE;
    END IF;
    IF lock.owner <> the_owner AND now_ms < lock.held_until THEN
      fence := NULL;
      left_ms := lock.held_until - now_ms;
      RETURN;
    END IF;
    IF NOT is_locked THEN
      is_locked := true;
      CONTINUE;
    END IF;
    next_fence := CASE
      WHEN lock.owner = the_owner AND now_ms < lock.held_until THEN lock.fence
      ELSE greatest(lock.fence + 1, micros)
    END;
    UPDATE {{table}} SET
      owner = the_owner, fence = next_fence, updated_at = now_ms, held_until = least(now_ms + ttl_ms, never),
      gone_at = least(now_ms + ttl_ms, never) + an_hour
    WHERE name = the_name;
    fence := next_fence;
    EXIT;
  END LOOP;
END
$function$
