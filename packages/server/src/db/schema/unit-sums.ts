// What experiments' tables are computed from, kept in the transactions that write predictions and labels.
import { bigint, foreignKey, numeric, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { variants } from "./deployments.ts";
import { lepta, organisationId, tenantPolicy } from "./tenancy.ts";

const counter = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);
/** Decimal of any length: what is added and taken back leaves no rounding behind. */
const exact = (name: string) => numeric(name).notNull().default("0");

/**
 * Sums over the units of a variant, n the labelled predictions of a unit and c their cost. A unit is a subject with its
 * predictions, or one prediction without a subject.
 */
export const experimentSums = lepta.table(
  "experiment_sums",
  {
    organisationId: organisationId(),
    variantId: uuid("variant_id").notNull(),
    predictions: counter("predictions"),
    units: counter("units"),
    /** Units with a label: n > 0. */
    labelledUnits: counter("labelled_units"),
    /** Σ n, Σ c. */
    labelled: counter("labelled"),
    cost: exact("cost"),
    /** Σ n², Σ n·c, Σ c². */
    labelledSquared: counter("labelled_squared"),
    labelledCost: exact("labelled_cost"),
    costSquared: exact("cost_squared"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.variantId] }),
    foreignKey({
      name: "experiment_sums_variant",
      columns: [t.organisationId, t.variantId],
      foreignColumns: [variants.organisationId, variants.id],
    }),
    tenantPolicy(),
  ],
);

/** A subject's n and c on a variant. A prediction without a subject needs none: its label says both. */
export const experimentUnits = lepta.table(
  "experiment_units",
  {
    organisationId: organisationId(),
    variantId: uuid("variant_id").notNull(),
    subjectHash: text("subject_hash").notNull(),
    labelled: counter("labelled"),
    cost: exact("cost"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.variantId, t.subjectHash] }),
    foreignKey({
      name: "experiment_units_variant",
      columns: [t.organisationId, t.variantId],
      foreignColumns: [variants.organisationId, variants.id],
    }),
    tenantPolicy(),
  ],
);

/** How many units of a variant have the same n > 0 and c. Of classes only: errors of numbers are all different. */
export const experimentGroups = lepta.table(
  "experiment_groups",
  {
    organisationId: organisationId(),
    variantId: uuid("variant_id").notNull(),
    labelled: bigint("labelled", { mode: "number" }).notNull(),
    cost: numeric("cost").notNull(),
    units: bigint("units", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.variantId, t.labelled, t.cost] }),
    foreignKey({
      name: "experiment_groups_variant",
      columns: [t.organisationId, t.variantId],
      foreignColumns: [variants.organisationId, variants.id],
    }),
    tenantPolicy(),
  ],
);
