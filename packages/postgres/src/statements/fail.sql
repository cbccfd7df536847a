-- Store.fail: see the migration that makes {{table_fail}}.
SELECT {{table_fail}}($1, $2, $3, $4, $5, $6, $7, $8) AS done
