// Predictions as they were answered, and the labels that came back.
import type { Label, Outcome, Row } from "@lepta/api";
import { boolean, foreignKey, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { variants } from "./deployments.ts";
import { instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";
import { modelVersions } from "./versions.ts";

export const predictions = lepta.table(
  "predictions",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    product: text("product").notNull(),
    versionId: uuid("version_id").notNull(),
    /** null: asked for by version, outside any experiment. */
    variantId: uuid("variant_id"),
    row: jsonb("row").$type<Row>().notNull(),
    outcome: jsonb("outcome").$type<Outcome>().notNull(),
    /** Hex SHA-256 of the organisation's salt and the subject. */
    subjectHash: text("subject_hash"),
    /** W3C Trace Context of the request that asked for it. */
    traceparent: text("traceparent"),
    /** Asked for with a key of the organisation's own use. */
    own: boolean("own").notNull().default(false),
    at: instant("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "predictions_version",
      columns: [t.organisationId, t.versionId],
      foreignColumns: [modelVersions.organisationId, modelVersions.id],
    }),
    foreignKey({
      name: "predictions_variant",
      columns: [t.organisationId, t.variantId],
      foreignColumns: [variants.organisationId, variants.id],
    }),
    tenantPolicy(),
  ],
);

export const feedback = lepta.table(
  "feedback",
  {
    organisationId: organisationId(),
    predictionId: uuid("prediction_id").notNull(),
    label: jsonb("label").$type<Label>().notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.predictionId] }),
    foreignKey({
      name: "feedback_prediction",
      columns: [t.organisationId, t.predictionId],
      foreignColumns: [predictions.organisationId, predictions.id],
    }),
    tenantPolicy(),
  ],
);
