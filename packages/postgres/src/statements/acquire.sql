-- LockStore.acquire: see the migration that makes {{table_acquire}}.
SELECT * FROM {{table_acquire}}($1, $2, $3)
