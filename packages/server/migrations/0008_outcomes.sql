-- What a model said of a row is one tagged value in place of four columns; a label is JSON as it was sent.
-- The policies bind the tables' owner too, who runs this: lifted for these statements, put back below.
ALTER TABLE "lepta"."predictions" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."products" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_sums" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_units" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" ADD COLUMN "truth" jsonb;
--> statement-breakpoint
UPDATE "lepta"."feedback" f SET truth = CASE WHEN p.value IS NULL THEN to_jsonb(f.label) ELSE f.label::jsonb END
FROM "lepta"."predictions" p WHERE p.organisation_id = f.organisation_id AND p.id = f.prediction_id;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" DROP COLUMN "label";
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" RENAME COLUMN "truth" TO "label";
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" ALTER COLUMN "label" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ADD COLUMN "outcome" jsonb;
--> statement-breakpoint
-- JSON has neither NaN nor infinity: such an answer becomes the largest number of its sign.
UPDATE "lepta"."predictions" SET outcome = CASE WHEN value IS NOT NULL
  THEN jsonb_build_object('kind', 'number', 'value', greatest(least(value, 1.7976931348623157e308), -1.7976931348623157e308))
  ELSE jsonb_build_object('kind', 'class', 'label', label,
    'probability', coalesce(probability, (probabilities ->> label)::float8, 1),
    'probabilities', CASE WHEN jsonb_typeof(probabilities) = 'object' THEN probabilities
      ELSE jsonb_build_object(label, coalesce(probability, 1)) END) END;
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" ALTER COLUMN "outcome" SET NOT NULL;
--> statement-breakpoint
-- Squared errors were counted from fifteen digits of an answer: again, from all, as what is counted from here on.
CREATE TEMPORARY TABLE lepta_units AS
SELECT organisation_id, variant_id, subject_hash, count(error) AS n, coalesce(sum(error * error), 0) AS c FROM (
  SELECT p.organisation_id, p.variant_id, p.subject_hash, coalesce(p.subject_hash, p.id::text) AS unit,
    (p.outcome ->> 'value')::numeric - f.label::numeric AS error
  FROM "lepta"."predictions" p
  LEFT JOIN "lepta"."feedback" f ON f.organisation_id = p.organisation_id AND f.prediction_id = p.id
  WHERE p.variant_id IS NOT NULL AND p.outcome ->> 'kind' = 'number'
) p GROUP BY organisation_id, variant_id, subject_hash, unit;
--> statement-breakpoint
UPDATE "lepta"."experiment_units" u SET cost = l.c FROM lepta_units l
WHERE u.organisation_id = l.organisation_id AND u.variant_id = l.variant_id AND u.subject_hash = l.subject_hash;
--> statement-breakpoint
UPDATE "lepta"."experiment_sums" s SET cost = l.cost, labelled_cost = l.labelled_cost, cost_squared = l.cost_squared FROM (
  SELECT organisation_id, variant_id, sum(c) AS cost, sum(n * c) AS labelled_cost, sum(c * c) AS cost_squared
  FROM lepta_units GROUP BY organisation_id, variant_id
) l WHERE s.organisation_id = l.organisation_id AND s.variant_id = l.variant_id;
--> statement-breakpoint
DROP TABLE lepta_units;
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" DROP COLUMN "label";
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" DROP COLUMN "probability";
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" DROP COLUMN "probabilities";
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" DROP COLUMN "value";
--> statement-breakpoint
ALTER TABLE "lepta"."products" ADD COLUMN "outcome" jsonb;
--> statement-breakpoint
UPDATE "lepta"."products" SET outcome = CASE WHEN jsonb_typeof(classes) = 'array'
  THEN jsonb_build_object('kind', 'class', 'classes', classes, 'positive', positive)
  ELSE '{"kind": "number"}' END;
--> statement-breakpoint
ALTER TABLE "lepta"."products" ALTER COLUMN "outcome" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "lepta"."products" DROP COLUMN "classes";
--> statement-breakpoint
ALTER TABLE "lepta"."products" DROP COLUMN "positive";
--> statement-breakpoint
ALTER TABLE "lepta"."predictions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."feedback" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."products" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_sums" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."experiment_units" FORCE ROW LEVEL SECURITY;
