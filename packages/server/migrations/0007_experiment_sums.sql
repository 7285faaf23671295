-- Experiments' tables are computed from sums that predictions and labels keep up. Those of what is stored are counted here, once.
CREATE TABLE "lepta"."experiment_groups" (
	"organisation_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"labelled" bigint NOT NULL,
	"cost" numeric NOT NULL,
	"units" bigint NOT NULL,
	CONSTRAINT "experiment_groups_organisation_id_variant_id_labelled_cost_pk" PRIMARY KEY("organisation_id","variant_id","labelled","cost")
);
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_groups" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "lepta"."experiment_sums" (
	"organisation_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"predictions" bigint DEFAULT 0 NOT NULL,
	"units" bigint DEFAULT 0 NOT NULL,
	"labelled_units" bigint DEFAULT 0 NOT NULL,
	"labelled" bigint DEFAULT 0 NOT NULL,
	"cost" numeric DEFAULT '0' NOT NULL,
	"labelled_squared" bigint DEFAULT 0 NOT NULL,
	"labelled_cost" numeric DEFAULT '0' NOT NULL,
	"cost_squared" numeric DEFAULT '0' NOT NULL,
	CONSTRAINT "experiment_sums_organisation_id_variant_id_pk" PRIMARY KEY("organisation_id","variant_id")
);
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_sums" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "lepta"."experiment_units" (
	"organisation_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"subject_hash" text NOT NULL,
	"labelled" bigint DEFAULT 0 NOT NULL,
	"cost" numeric DEFAULT '0' NOT NULL,
	CONSTRAINT "experiment_units_organisation_id_variant_id_subject_hash_pk" PRIMARY KEY("organisation_id","variant_id","subject_hash")
);
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_units" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_groups" ADD CONSTRAINT "experiment_groups_variant" FOREIGN KEY ("organisation_id","variant_id") REFERENCES "lepta"."variants"("organisation_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_sums" ADD CONSTRAINT "experiment_sums_variant" FOREIGN KEY ("organisation_id","variant_id") REFERENCES "lepta"."variants"("organisation_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_units" ADD CONSTRAINT "experiment_units_variant" FOREIGN KEY ("organisation_id","variant_id") REFERENCES "lepta"."variants"("organisation_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."experiment_groups" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));
--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."experiment_sums" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));
--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."experiment_units" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "lepta"."experiment_sums", "lepta"."experiment_units", "lepta"."experiment_groups" TO lepta_app;
--> statement-breakpoint
-- The policies bind the tables' owner too, who runs this: lifted for these statements, put back below.
ALTER TABLE "lepta"."predictions" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."variants" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."deployments" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- A unit's predictions of a variant, its labelled ones (n) and their cost (c): serving/label-sums.ts counts on from here.
CREATE TEMPORARY TABLE lepta_units AS
SELECT p.organisation_id, p.variant_id, p.subject_hash, bool_and(p.value IS NULL) AS classes, count(*) AS predictions,
  count(f.label) AS n, coalesce(sum(CASE WHEN p.value IS NOT NULL
    THEN (p.value::numeric - f.label::numeric) * (p.value::numeric - f.label::numeric)
    WHEN jsonb_typeof(d.costs) = 'object' THEN (d.costs -> f.label ->> p.label)::numeric
    ELSE (f.label <> p.label)::int END), 0) AS c
FROM "lepta"."predictions" p
JOIN "lepta"."variants" v ON v.organisation_id = p.organisation_id AND v.id = p.variant_id
JOIN "lepta"."deployments" d ON d.organisation_id = v.organisation_id AND d.id = v.deployment_id
LEFT JOIN "lepta"."feedback" f ON f.organisation_id = p.organisation_id AND f.prediction_id = p.id
GROUP BY p.organisation_id, p.variant_id, p.subject_hash, p.unit;
--> statement-breakpoint
INSERT INTO "lepta"."experiment_sums" (organisation_id, variant_id, predictions, units, labelled_units, labelled, cost,
  labelled_squared, labelled_cost, cost_squared)
SELECT organisation_id, variant_id, sum(predictions), count(*), count(*) FILTER (WHERE n > 0), sum(n), sum(c),
  sum(n * n), sum(n * c), sum(c * c) FROM lepta_units GROUP BY organisation_id, variant_id;
--> statement-breakpoint
INSERT INTO "lepta"."experiment_units" (organisation_id, variant_id, subject_hash, labelled, cost)
SELECT organisation_id, variant_id, subject_hash, n, c FROM lepta_units WHERE subject_hash IS NOT NULL;
--> statement-breakpoint
INSERT INTO "lepta"."experiment_groups" (organisation_id, variant_id, labelled, cost, units)
SELECT organisation_id, variant_id, n, c, count(*) FROM lepta_units WHERE n > 0 AND classes
GROUP BY organisation_id, variant_id, n, c;
--> statement-breakpoint
DROP TABLE lepta_units;
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."variants" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."deployments" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_sums" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_units" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_groups" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP INDEX "lepta"."predictions_of_variant";
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" DROP COLUMN "unit";
