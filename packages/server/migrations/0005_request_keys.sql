-- What a key was used for is never changed: a repeat is told apart from another request by it.
CREATE TABLE "lepta"."request_keys" (
	"organisation_id" uuid NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "request_keys_organisation_id_key_pk" PRIMARY KEY("organisation_id","key")
);
--> statement-breakpoint
ALTER TABLE "lepta"."request_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."request_keys" ADD CONSTRAINT "request_keys_organisation" FOREIGN KEY ("organisation_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."request_keys" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "lepta"."request_keys" TO lepta_app;
--> statement-breakpoint
ALTER TABLE "lepta"."request_keys" FORCE ROW LEVEL SECURITY;
