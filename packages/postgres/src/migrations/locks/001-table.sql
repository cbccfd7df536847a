-- The locks: one row a name. Times are milliseconds since the epoch on the server's clock.
--
-- A released lock leaves its row, so that the next fence is greater than the last one whatever the clock does.

CREATE TABLE {{table}} (
  fence bigint NOT NULL,
  -- The lock is held until then, if it has an owner.
  held_until bigint NOT NULL,
  updated_at bigint NOT NULL,
  -- When the row may be removed: long after its lock was held.
  gone_at bigint NOT NULL,
  name text COLLATE "C" PRIMARY KEY,
  owner text COLLATE "C"
) WITH (fillfactor = 30)
