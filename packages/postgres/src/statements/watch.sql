-- Says that a watcher ($2) listens for a key ($1).
INSERT INTO {{table_watched}} (key, watcher) VALUES ($1, $2) ON CONFLICT DO NOTHING
