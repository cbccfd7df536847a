-- Store.claim for several keys: see the migration that makes {{table_claim_all}}.
SELECT {{table_claim_all}}($1, $2, $3, $4, $5, $6, $7, $8) AS reply
