-- Forgets watches of processes that have ended without doing so.
DELETE FROM {{table_watched}} WHERE since < clock_timestamp() - interval '7 days'
