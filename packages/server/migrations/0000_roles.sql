-- The role that tenant transactions take. Roles belong to the whole cluster: another database may have made it before.
DO $$ BEGIN
  CREATE ROLE lepta_app NOLOGIN NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Whoever migrates must be able to take the role; a superuser can anyway, and may not be granted to itself.
DO $$ BEGIN
  IF NOT pg_has_role(current_user, 'lepta_app', 'MEMBER') THEN
    EXECUTE format('GRANT lepta_app TO %I', current_user);
  END IF;
END $$;
