-- The records: one row a key.
--
-- Times are milliseconds since the epoch on the server's clock; 8640000000000000 stands for never. Texts are as
-- escaped-text.ts writes them. Keys are compared byte by byte, whatever the collation of the database.
--
-- A record is written twice, at least: claimed and settled. No index but that of the key and two thirds of each page left
-- free let the second version take its place beside the first (a HOT update), without touching an index.

CREATE TABLE {{table}} (
  fence bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  -- End of the lease, of a running or lapsed attempt.
  lease_until bigint NOT NULL,
  -- End of the retention or, for a record without a settled answer, of the keeping.
  expires_at bigint NOT NULL,
  -- End of the tombstone: not before expires_at. What is past it is as good as no row.
  gone_at bigint NOT NULL,
  attempt integer NOT NULL,
  retryable boolean NOT NULL,
  takeover boolean NOT NULL,
  -- running, succeeded, failed or abandoned; or deleted, which is past its keeping. A running record stays so here when its
  -- lease has run out.
  state text COLLATE "C" NOT NULL,
  key text COLLATE "C" PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C",
  -- Of a running record: that of the attempt before, which comes back if the attempt is released.
  failure text,
  value text,
  -- An array of names and values, [["charge", "..."], ["ship", null]], in the order in which they were saved.
  steps jsonb
) WITH (fillfactor = 30, vacuum_truncate = false);

-- The table is not to be small. Who plans a statement while a table has a few pages plans to walk through it, and keeps to that
-- when it has grown; to forbid that in each function (SET enable_seqscan) costs a replay a fifth of its time. So these pages
-- are made once, and stay: nor does giving them back lock the table.
INSERT INTO {{table}} (key, state, owner, attempt, fence, retryable, takeover,
  created_at, updated_at, lease_until, expires_at, gone_at)
SELECT nth, 'deleted', '', 0, 0, false, false, 0, 0, 0, 0, 0 FROM generate_series(1, 1000) AS nth;

DELETE FROM {{table}}
