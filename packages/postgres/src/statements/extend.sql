-- Store.extend: see the migration that makes {{table_extend}}.
SELECT {{table_extend}}($1, $2, $3, $4, $5) AS done
