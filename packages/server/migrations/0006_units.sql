DROP INDEX "lepta"."predictions_of_variant";--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ADD COLUMN "unit" text GENERATED ALWAYS AS (coalesce(subject_hash, id::text)) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "predictions_of_variant" ON "lepta"."predictions" USING btree ("organisation_id","variant_id","unit","id");