-- Waits for whoever changes the record at this moment: see the migration that makes {{table_watch}}.
SELECT {{table_watch}}($1)
