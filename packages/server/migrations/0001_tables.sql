CREATE SCHEMA "lepta";
--> statement-breakpoint
CREATE TABLE "lepta"."api_keys" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "api_keys_hash" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "lepta"."api_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."deployments" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"costs" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "deployments_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."deployments" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."feedback" (
	"organisation_id" uuid NOT NULL,
	"prediction_id" uuid NOT NULL,
	"label" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "feedback_organisation_id_prediction_id_pk" PRIMARY KEY("organisation_id","prediction_id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."grants" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"grantee_id" uuid NOT NULL,
	"product" text NOT NULL,
	"subject" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "grants_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."grants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."invoice_lines" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"product" text NOT NULL,
	"version_id" uuid NOT NULL,
	"data_hash" text NOT NULL,
	"count" bigint NOT NULL,
	"free" bigint NOT NULL,
	"billed" bigint NOT NULL,
	"unit_price_micros" bigint NOT NULL,
	"amount_micros" bigint NOT NULL,
	CONSTRAINT "invoice_lines_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "invoice_lines_sums" CHECK (count = free + billed and free >= 0 and billed >= 0 and amount_micros = billed * unit_price_micros)
);
--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."invoices" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"period" text NOT NULL,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"total_micros" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"issued_at" timestamp (3) with time zone,
	CONSTRAINT "invoices_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "invoices_period" UNIQUE("organisation_id","period","currency"),
	CONSTRAINT "invoices_number" UNIQUE("organisation_id","number")
);
--> statement-breakpoint
ALTER TABLE "lepta"."invoices" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."model_versions" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"version" integer NOT NULL,
	"name" text NOT NULL,
	"run_id" uuid,
	"metrics" jsonb NOT NULL,
	"baseline" jsonb,
	"confusion" jsonb,
	"threshold" double precision,
	"data_hash" text NOT NULL,
	"model_hash" text NOT NULL,
	"bundle_hash" text NOT NULL,
	"seed" bigint,
	"trained_rows" bigint,
	"versions" jsonb NOT NULL,
	"manifest" jsonb NOT NULL,
	"files" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "model_versions_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "model_versions_number" UNIQUE("organisation_id","product","version"),
	CONSTRAINT "model_versions_bundle" UNIQUE("organisation_id","product","bundle_hash")
);
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."organisations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"subject_salt" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organisations_name_unique" UNIQUE("name")
);
--> statement-breakpoint
ALTER TABLE "lepta"."organisations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."predictions" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"version_id" uuid NOT NULL,
	"variant_id" uuid,
	"row" jsonb NOT NULL,
	"label" text NOT NULL,
	"probability" double precision,
	"probabilities" jsonb,
	"value" double precision,
	"subject_hash" text,
	"traceparent" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "predictions_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."prices" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"amount_micros" bigint NOT NULL,
	"currency" text NOT NULL,
	"free_per_month" integer NOT NULL,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prices_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "prices_moment" UNIQUE("organisation_id","product","effective_from"),
	CONSTRAINT "prices_amount" CHECK (amount_micros >= 0 and free_per_month >= 0)
);
--> statement-breakpoint
ALTER TABLE "lepta"."prices" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."products" (
	"organisation_id" uuid NOT NULL,
	"name" text NOT NULL,
	"task" text NOT NULL,
	"target" text NOT NULL,
	"classes" jsonb,
	"positive" text,
	"inputs" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "products_organisation_id_name_pk" PRIMARY KEY("organisation_id","name")
);
--> statement-breakpoint
ALTER TABLE "lepta"."products" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."run_events" (
	"organisation_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"event" jsonb NOT NULL,
	CONSTRAINT "run_events_organisation_id_run_id_seq_pk" PRIMARY KEY("organisation_id","run_id","seq")
);
--> statement-breakpoint
ALTER TABLE "lepta"."run_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."run_stages" (
	"organisation_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	"status" text NOT NULL,
	"input_hash" text,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"summary" jsonb,
	"result" jsonb,
	"error" jsonb,
	CONSTRAINT "run_stages_organisation_id_run_id_name_pk" PRIMARY KEY("organisation_id","run_id","name")
);
--> statement-breakpoint
ALTER TABLE "lepta"."run_stages" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."runs" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"status" text NOT NULL,
	"seed" bigint,
	"process" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"last_event" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "runs_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."runs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."usage_events" (
	"organisation_id" uuid NOT NULL,
	"source" text NOT NULL,
	"id" text NOT NULL,
	"product" text NOT NULL,
	"version_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"invoice_line_id" uuid,
	CONSTRAINT "usage_events_organisation_id_source_id_pk" PRIMARY KEY("organisation_id","source","id"),
	CONSTRAINT "usage_events_quantity" CHECK (quantity > 0)
);
--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "lepta"."variants" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"deployment_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"weight" double precision NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "variants_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "variants_name" UNIQUE("organisation_id","deployment_id","name"),
	CONSTRAINT "variants_weight" CHECK (weight > 0 and weight <= 1)
);
--> statement-breakpoint
ALTER TABLE "lepta"."variants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."api_keys" ADD CONSTRAINT "api_keys_organisation" FOREIGN KEY ("organisation_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."deployments" ADD CONSTRAINT "deployments_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."feedback" ADD CONSTRAINT "feedback_prediction" FOREIGN KEY ("organisation_id","prediction_id") REFERENCES "lepta"."predictions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."grants" ADD CONSTRAINT "grants_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."grants" ADD CONSTRAINT "grants_grantee" FOREIGN KEY ("grantee_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ADD CONSTRAINT "invoice_lines_invoice" FOREIGN KEY ("organisation_id","invoice_id") REFERENCES "lepta"."invoices"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ADD CONSTRAINT "invoice_lines_version" FOREIGN KEY ("organisation_id","version_id") REFERENCES "lepta"."model_versions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."invoices" ADD CONSTRAINT "invoices_organisation" FOREIGN KEY ("organisation_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" ADD CONSTRAINT "model_versions_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" ADD CONSTRAINT "model_versions_run" FOREIGN KEY ("organisation_id","run_id") REFERENCES "lepta"."runs"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ADD CONSTRAINT "predictions_version" FOREIGN KEY ("organisation_id","version_id") REFERENCES "lepta"."model_versions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ADD CONSTRAINT "predictions_variant" FOREIGN KEY ("organisation_id","variant_id") REFERENCES "lepta"."variants"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."prices" ADD CONSTRAINT "prices_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."products" ADD CONSTRAINT "products_organisation" FOREIGN KEY ("organisation_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."run_events" ADD CONSTRAINT "run_events_run" FOREIGN KEY ("organisation_id","run_id") REFERENCES "lepta"."runs"("organisation_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."run_stages" ADD CONSTRAINT "run_stages_run" FOREIGN KEY ("organisation_id","run_id") REFERENCES "lepta"."runs"("organisation_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."runs" ADD CONSTRAINT "runs_organisation" FOREIGN KEY ("organisation_id") REFERENCES "lepta"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ADD CONSTRAINT "usage_events_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ADD CONSTRAINT "usage_events_version" FOREIGN KEY ("organisation_id","version_id") REFERENCES "lepta"."model_versions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ADD CONSTRAINT "usage_events_line" FOREIGN KEY ("organisation_id","invoice_line_id") REFERENCES "lepta"."invoice_lines"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."variants" ADD CONSTRAINT "variants_deployment" FOREIGN KEY ("organisation_id","deployment_id") REFERENCES "lepta"."deployments"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."variants" ADD CONSTRAINT "variants_version" FOREIGN KEY ("organisation_id","version_id") REFERENCES "lepta"."model_versions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_current" ON "lepta"."deployments" USING btree ("organisation_id","product") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "grants_to" ON "lepta"."grants" USING btree ("grantee_id");--> statement-breakpoint
CREATE INDEX "predictions_newest" ON "lepta"."predictions" USING btree ("organisation_id","product","at","id");--> statement-breakpoint
CREATE INDEX "predictions_of_variant" ON "lepta"."predictions" USING btree ("organisation_id","variant_id");--> statement-breakpoint
CREATE INDEX "run_stages_reuse" ON "lepta"."run_stages" USING btree ("organisation_id","name","input_hash","finished_at") WHERE status in ('done', 'reused');--> statement-breakpoint
CREATE INDEX "runs_newest" ON "lepta"."runs" USING btree ("organisation_id","started_at","id");--> statement-breakpoint
CREATE INDEX "runs_running" ON "lepta"."runs" USING btree ("status") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "usage_events_when" ON "lepta"."usage_events" USING btree ("organisation_id","at");--> statement-breakpoint
CREATE INDEX "usage_events_of_line" ON "lepta"."usage_events" USING btree ("organisation_id","invoice_line_id");--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."api_keys" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."deployments" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."feedback" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."grants" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "grantee" ON "lepta"."grants" AS PERMISSIVE FOR SELECT TO "lepta_app" USING (grantee_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."invoice_lines" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."invoices" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."model_versions" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."organisations" AS PERMISSIVE FOR SELECT TO "lepta_app" USING (id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."predictions" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."prices" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."products" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."run_events" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."run_stages" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."runs" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."usage_events" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."variants" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));