-- Store.release: see the migration that makes {{table_release}}.
SELECT {{table_release}}($1, $2) AS done
