-- Store.claim for one key: see the migration that makes {{table_claim}}.
SELECT {{table_claim}}($1, $2, $3, $4, $5, $6, $7, $8) AS reply
