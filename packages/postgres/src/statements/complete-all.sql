-- Store.complete for several keys: see the migration that makes {{table_complete_all}}.
SELECT {{table_complete_all}}($1, $2, $3, $4, $5, $6) AS refused
