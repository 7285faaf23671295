-- Events get their hours, whose counts invoices and lists read in the events' place. What was used before is carried
-- over: as the customers' use, at the price that was in force, on the invoice line that it was on.
CREATE TABLE "lepta"."usage_hours" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"product" text NOT NULL,
	"version_id" uuid NOT NULL,
	"own" boolean NOT NULL,
	"predicted" boolean NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"price_id" uuid,
	"count" bigint NOT NULL,
	"sealed" boolean DEFAULT false NOT NULL,
	"invoice_line_id" uuid,
	CONSTRAINT "usage_hours_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "usage_hours_count" CHECK (count >= 0)
);
--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" DROP CONSTRAINT "invoice_lines_sums";--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP CONSTRAINT "usage_events_product";
--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP CONSTRAINT "usage_events_version";
--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP CONSTRAINT "usage_events_line";
--> statement-breakpoint
DROP INDEX "lepta"."predictions_newest";--> statement-breakpoint
DROP INDEX "lepta"."usage_events_when";--> statement-breakpoint
DROP INDEX "lepta"."usage_events_of_line";--> statement-breakpoint
DROP INDEX "lepta"."predictions_of_variant";--> statement-breakpoint
ALTER TABLE "lepta"."api_keys" ADD COLUMN "own" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ADD COLUMN "period" text;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ADD COLUMN "own" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ADD COLUMN "own" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ADD COLUMN "hour_id" uuid;--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" ADD CONSTRAINT "usage_hours_product" FOREIGN KEY ("organisation_id","product") REFERENCES "lepta"."products"("organisation_id","name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" ADD CONSTRAINT "usage_hours_version" FOREIGN KEY ("organisation_id","version_id") REFERENCES "lepta"."model_versions"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" ADD CONSTRAINT "usage_hours_price" FOREIGN KEY ("organisation_id","price_id") REFERENCES "lepta"."prices"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" ADD CONSTRAINT "usage_hours_line" FOREIGN KEY ("organisation_id","invoice_line_id") REFERENCES "lepta"."invoice_lines"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "usage_hours_open" ON "lepta"."usage_hours" USING btree ("organisation_id","product","version_id","own","predicted","hour",coalesce(price_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE not sealed;--> statement-breakpoint
CREATE INDEX "usage_hours_newest" ON "lepta"."usage_hours" USING btree ("organisation_id","hour");--> statement-breakpoint
CREATE INDEX "usage_hours_of_product" ON "lepta"."usage_hours" USING btree ("organisation_id","product","hour");--> statement-breakpoint
CREATE INDEX "usage_hours_of_version" ON "lepta"."usage_hours" USING btree ("organisation_id","version_id","hour");--> statement-breakpoint
CREATE INDEX "usage_hours_of_line" ON "lepta"."usage_hours" USING btree ("organisation_id","invoice_line_id","hour");--> statement-breakpoint
CREATE INDEX "usage_hours_to_invoice" ON "lepta"."usage_hours" USING btree ("organisation_id","hour") WHERE invoice_line_id is null and price_id is not null;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "lepta"."usage_hours" TO lepta_app;
--> statement-breakpoint
-- The policies bind the tables' owner too, who runs this: lifted for these statements, put back below.
ALTER TABLE "lepta"."usage_events" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."invoices" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."prices" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."products" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "lepta"."invoice_lines" l SET period = i.period FROM "lepta"."invoices" i
WHERE i.organisation_id = l.organisation_id AND i.id = l.invoice_id;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ALTER COLUMN "period" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ALTER COLUMN "own" DROP DEFAULT;--> statement-breakpoint
CREATE TEMPORARY TABLE lepta_priced AS
SELECT e.organisation_id, e.source, e.id, e.product, e.version_id, e.source = '/predictions' AS predicted,
  date_trunc('hour', e.at, 'UTC') AS hour, e.quantity, e.invoice_line_id,
  (SELECT p.id FROM "lepta"."prices" p WHERE p.organisation_id = e.organisation_id AND p.product = e.product
    AND p.effective_from <= e.at ORDER BY p.effective_from DESC LIMIT 1) AS price_id
FROM "lepta"."usage_events" e;--> statement-breakpoint
CREATE TEMPORARY TABLE lepta_hours AS
SELECT gen_random_uuid() AS hour_id, organisation_id, product, version_id, predicted, hour, price_id, invoice_line_id,
  sum(quantity) AS count
FROM lepta_priced GROUP BY organisation_id, product, version_id, predicted, hour, price_id, invoice_line_id;--> statement-breakpoint
INSERT INTO "lepta"."usage_hours"
  (organisation_id, id, product, version_id, own, predicted, hour, price_id, count, sealed, invoice_line_id)
SELECT organisation_id, hour_id, product, version_id, false, predicted, hour, price_id, count,
  invoice_line_id IS NOT NULL, invoice_line_id FROM lepta_hours;--> statement-breakpoint
UPDATE "lepta"."usage_events" e SET hour_id = h.hour_id
FROM lepta_priced p JOIN lepta_hours h ON h.organisation_id = p.organisation_id AND h.product = p.product
  AND h.version_id = p.version_id AND h.predicted = p.predicted AND h.hour = p.hour
  AND h.price_id IS NOT DISTINCT FROM p.price_id AND h.invoice_line_id IS NOT DISTINCT FROM p.invoice_line_id
WHERE e.organisation_id = p.organisation_id AND e.source = p.source AND e.id = p.id;--> statement-breakpoint
DROP TABLE lepta_hours;--> statement-breakpoint
DROP TABLE lepta_priced;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ALTER COLUMN "hour_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."invoices" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."prices" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."products" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."usage_hours" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" ADD CONSTRAINT "usage_events_hour" FOREIGN KEY ("organisation_id","hour_id") REFERENCES "lepta"."usage_hours"("organisation_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_newest" ON "lepta"."api_keys" USING btree ("organisation_id","created_at","id");--> statement-breakpoint
CREATE INDEX "invoice_lines_of_invoice" ON "lepta"."invoice_lines" USING btree ("organisation_id","invoice_id");--> statement-breakpoint
CREATE INDEX "invoice_lines_allowance" ON "lepta"."invoice_lines" USING btree ("organisation_id","product","period");--> statement-breakpoint
CREATE INDEX "invoices_newest" ON "lepta"."invoices" USING btree ("organisation_id","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_of_product" ON "lepta"."runs" USING btree ("organisation_id","product","started_at","id");--> statement-breakpoint
CREATE INDEX "usage_events_of_hour" ON "lepta"."usage_events" USING btree ("organisation_id","hour_id","at","id");--> statement-breakpoint
CREATE INDEX "predictions_of_variant" ON "lepta"."predictions" USING btree ("organisation_id","variant_id",coalesce(subject_hash, id::text),"id");--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP COLUMN "product";--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP COLUMN "version_id";--> statement-breakpoint
ALTER TABLE "lepta"."usage_events" DROP COLUMN "invoice_line_id";--> statement-breakpoint
ALTER TABLE "lepta"."invoice_lines" ADD CONSTRAINT "invoice_lines_sums" CHECK (count = own + free + billed and own >= 0 and free >= 0 and billed >= 0 and amount_micros = billed * unit_price_micros);--> statement-breakpoint
CREATE POLICY "tenant" ON "lepta"."usage_hours" AS PERMISSIVE FOR ALL TO "lepta_app" USING (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid)) WITH CHECK (organisation_id = (select nullif(current_setting('lepta.organisation', true), '')::uuid));