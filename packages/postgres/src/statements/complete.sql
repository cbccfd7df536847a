-- Store.complete for one key: see the migration that makes {{table_complete}}.
SELECT {{table_complete}}($1, $2, $3, $4, $5, $6) AS done
