-- Claims a key for the open transaction: see the migration that makes {{table_begin}}.
SELECT {{table_begin}}($1, $2, $3) AS reply
