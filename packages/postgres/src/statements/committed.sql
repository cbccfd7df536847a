-- Whether a transaction has committed: see the migration that makes {{table_committed}}.
SELECT {{table_committed}}($1, $2) AS done
