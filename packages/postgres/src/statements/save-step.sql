-- Store.saveStep: see the migration that makes {{table_save_step}}.
SELECT {{table_save_step}}($1, $2, $3, $4, $5) AS done
