// Model versions: a bundle's files by content hash, its manifest and its measured quality.
import type { Metric } from "@lepta/api";
import {
  bigint,
  doublePrecision,
  foreignKey,
  integer,
  json,
  jsonb,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { products } from "./products.ts";
import { runs } from "./runs.ts";
import { createdAt, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

/** A bundle's file: its path in the bundle, and the blob that holds its content. */
export interface BundleFile {
  path: string;
  sha256: string;
  bytes: number;
}

export const modelVersions = lepta.table(
  "model_versions",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    product: text("product").notNull(),
    /** Counts up in the product from 1. */
    version: integer("version").notNull(),
    /** The model's name, e.g. network. */
    name: text("name").notNull(),
    runId: uuid("run_id"),
    /** The deciding one first: jsonb would forget the order. */
    metrics: json("metrics").$type<Record<string, Metric>>().notNull(),
    baseline: json("baseline").$type<Record<string, Metric>>(),
    confusion: jsonb("confusion").$type<{ labels: string[]; counts: number[][] }>(),
    threshold: doublePrecision("threshold"),
    dataHash: text("data_hash").notNull(),
    modelHash: text("model_hash").notNull(),
    /** Hash over the bundle's files: the same bundle registers once. */
    bundleHash: text("bundle_hash").notNull(),
    seed: bigint("seed", { mode: "number" }),
    trainedRows: bigint("trained_rows", { mode: "number" }),
    versions: jsonb("versions").$type<Record<string, string>>().notNull(),
    manifest: jsonb("manifest").$type<Record<string, unknown>>().notNull(),
    files: jsonb("files").$type<BundleFile[]>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    unique("model_versions_number").on(t.organisationId, t.product, t.version),
    unique("model_versions_bundle").on(t.organisationId, t.product, t.bundleHash),
    foreignKey({
      name: "model_versions_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    foreignKey({
      name: "model_versions_run",
      columns: [t.organisationId, t.runId],
      foreignColumns: [runs.organisationId, runs.id],
    }),
    tenantPolicy(),
  ],
);
