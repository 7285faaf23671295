// Deployments and the variants among which their subjects are divided.
import type { CostMatrix } from "@lepta/api";
import { sql } from "drizzle-orm";
import {
  check,
  doublePrecision,
  foreignKey,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { products } from "./products.ts";
import { createdAt, instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";
import { modelVersions } from "./versions.ts";

export const deployments = lepta.table(
  "deployments",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    product: text("product").notNull(),
    costs: jsonb("costs").$type<CostMatrix>(),
    createdAt: createdAt(),
    /** Set when the next deployment takes over. */
    endedAt: instant("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "deployments_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    uniqueIndex("deployments_current").on(t.organisationId, t.product).where(sql`ended_at is null`),
    tenantPolicy(),
  ],
);

export const variants = lepta.table(
  "variants",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    deploymentId: uuid("deployment_id").notNull(),
    versionId: uuid("version_id").notNull(),
    name: text("name").notNull(),
    role: text("role", { enum: ["champion", "challenger"] }).notNull(),
    /** Share of the subjects, in (0, 1]. */
    weight: doublePrecision("weight").notNull(),
    position: integer("position").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "variants_deployment",
      columns: [t.organisationId, t.deploymentId],
      foreignColumns: [deployments.organisationId, deployments.id],
    }),
    foreignKey({
      name: "variants_version",
      columns: [t.organisationId, t.versionId],
      foreignColumns: [modelVersions.organisationId, modelVersions.id],
    }),
    unique("variants_name").on(t.organisationId, t.deploymentId, t.name),
    check("variants_weight", sql`weight > 0 and weight <= 1`),
    tenantPolicy(),
  ],
);
