-- What the application's role may do at all; which rows it may do it to, the policies say.
GRANT USAGE ON SCHEMA lepta TO lepta_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lepta TO lepta_app;
--> statement-breakpoint
-- An organisation sees its own row and changes none: organisations are made by the owner's connection.
REVOKE INSERT, UPDATE, DELETE ON lepta.organisations FROM lepta_app;
--> statement-breakpoint
-- The policies bind the tables' owner too (a managed PostgreSQL's login is no superuser), so that a query that forgot
-- its tenant sees nothing. Two tables are left out: before a key is read there is no organisation to set.
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'lepta' AND tablename NOT IN ('organisations', 'api_keys') LOOP
    EXECUTE format('ALTER TABLE lepta.%I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;
