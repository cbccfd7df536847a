-- Store.resolve: see the migration that makes {{table_resolve}}.
SELECT {{table_resolve}}($1, $2, $3, $4, $5) AS done
