-- What of the server's set-up decides whether records survive a crash.
SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  (SELECT relpersistence = 'u' FROM pg_class WHERE oid = to_regclass($1)) AS unlogged
