-- A metric says what it is, and the deciding one stands first: stored ones are given what was known of them by name.
CREATE TEMPORARY TABLE lepta_titles AS
SELECT * FROM (VALUES
  (1, 'auc', '{"title": "AUC", "direction": "higher", "unit": ""}'::jsonb),
  (2, 'averagePrecision', '{"title": "average precision", "direction": "higher", "unit": ""}'),
  (3, 'accuracy', '{"title": "accuracy", "direction": "higher", "unit": ""}'),
  (4, 'f1Macro', '{"title": "F1 (macro)", "direction": "higher", "unit": ""}'),
  (5, 'logLoss', '{"title": "log loss", "direction": "lower", "unit": "nats"}'),
  (6, 'ece', '{"title": "calibration error", "direction": "lower", "unit": ""}'),
  (7, 'rmse', '{"title": "RMSE", "direction": "lower", "unit": "of the target"}'),
  (8, 'mae', '{"title": "MAE", "direction": "lower", "unit": "of the target"}'),
  (9, 'r2', '{"title": "R²", "direction": "higher", "unit": ""}')
) AS known(place, name, about);
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."products" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."run_stages" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" ADD COLUMN "titled" json, ADD COLUMN "titled_baseline" json;
--> statement-breakpoint
UPDATE "lepta"."model_versions" v SET
  titled = (
    SELECT coalesce(json_object_agg(m.key, coalesce(t.about, jsonb_build_object('title', m.key, 'direction', 'higher', 'unit', '')) || m.value
      ORDER BY p.task = 'multiclass' AND m.key = 'logLoss' DESC, t.place, m.key), '{}')
    FROM jsonb_each(v.metrics) m LEFT JOIN lepta_titles t ON t.name = m.key),
  titled_baseline = CASE WHEN jsonb_typeof(v.baseline) = 'object' THEN (
    SELECT coalesce(json_object_agg(m.key, coalesce(t.about, jsonb_build_object('title', m.key, 'direction', 'higher', 'unit', '')) || m.value
      ORDER BY p.task = 'multiclass' AND m.key = 'logLoss' DESC, t.place, m.key), '{}')
    FROM jsonb_each(v.baseline) m LEFT JOIN lepta_titles t ON t.name = m.key) END
FROM "lepta"."products" p WHERE p.organisation_id = v.organisation_id AND p.name = v.product;
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" DROP COLUMN "metrics";
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" DROP COLUMN "baseline";
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" RENAME COLUMN "titled" TO "metrics";
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" RENAME COLUMN "titled_baseline" TO "baseline";
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" ALTER COLUMN "metrics" SET NOT NULL;
--> statement-breakpoint
UPDATE "lepta"."run_stages" s SET summary = jsonb_set(s.summary, '{headline}', t.about || (s.summary -> 'headline'))
FROM lepta_titles t WHERE t.name = s.summary -> 'headline' ->> 'metric';
--> statement-breakpoint
DROP TABLE lepta_titles;
--> statement-breakpoint
ALTER TABLE "lepta"."model_versions" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."products" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "lepta"."run_stages" FORCE ROW LEVEL SECURITY;
