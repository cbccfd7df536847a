-- How many pages the table ($1) has, and whether the server can read a range of them (since PostgreSQL 14).
SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint AS pages,
  current_setting('server_version_num')::integer >= 140000 AS by_range
