-- Which keys somebody listens for, and who: whoever settles a record notifies only if it is among them, for a NOTIFY
-- costs all others time at their COMMIT.
--
-- Nothing is lost if a crash of the server empties it: those who listened were disconnected.

CREATE UNLOGGED TABLE {{table_watched}} (
  key text COLLATE "C" NOT NULL,
  watcher text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (key, watcher)
)
