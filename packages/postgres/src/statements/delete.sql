-- Store.delete: see the migration that makes {{table_delete}}.
SELECT {{table_delete}}($1) AS done
