-- Forgets that a watcher ($2) listens for a key ($1).
DELETE FROM {{table_watched}} WHERE key = $1 AND watcher = $2
