// Products and their prices.
import type { OutcomeForm } from "@lepta/api";
import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, integer, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
import { createdAt, instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

export const products = lepta.table(
  "products",
  {
    organisationId: organisationId(),
    name: text("name").notNull(),
    /** The name of what the newest version learnt. */
    task: text("task").notNull(),
    target: text("target").notNull(),
    outcome: jsonb("outcome").$type<OutcomeForm>().notNull(),
    inputs: jsonb("inputs").$type<{ name: string; type: string }[]>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.name] }),
    foreignKey({ name: "products_organisation", columns: [t.organisationId], foreignColumns: [organisations.id] }),
    tenantPolicy(),
  ],
);

export const prices = lepta.table(
  "prices",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    product: text("product").notNull(),
    amountMicros: bigint("amount_micros", { mode: "number" }).notNull(),
    currency: text("currency").notNull(),
    freePerMonth: integer("free_per_month").notNull(),
    effectiveFrom: instant("effective_from").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "prices_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    unique("prices_moment").on(t.organisationId, t.product, t.effectiveFrom),
    check("prices_amount", sql`amount_micros >= 0 and free_per_month >= 0`),
    tenantPolicy(),
  ],
);
