-- Keeps the answer in the open transaction: see the migration that makes {{table_settle}}.
SELECT {{table_settle}}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS done
