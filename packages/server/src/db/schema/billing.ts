// Usage events, and the invoices that they become.
import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
import { products } from "./products.ts";
import { createdAt, instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";
import { modelVersions } from "./versions.ts";

export const invoices = lepta.table(
  "invoices",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    number: integer("number").notNull(),
    /** A calendar month in UTC, YYYY-MM. */
    period: text("period").notNull(),
    currency: text("currency").notNull(),
    status: text("status", { enum: ["draft", "issued"] }).notNull(),
    totalMicros: bigint("total_micros", { mode: "number" }).notNull(),
    createdAt: createdAt(),
    issuedAt: instant("issued_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({ name: "invoices_organisation", columns: [t.organisationId], foreignColumns: [organisations.id] }),
    unique("invoices_period").on(t.organisationId, t.period, t.currency),
    unique("invoices_number").on(t.organisationId, t.number),
    tenantPolicy(),
  ],
);

export const invoiceLines = lepta.table(
  "invoice_lines",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    invoiceId: uuid("invoice_id").notNull(),
    position: integer("position").notNull(),
    product: text("product").notNull(),
    versionId: uuid("version_id").notNull(),
    dataHash: text("data_hash").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
    free: bigint("free", { mode: "number" }).notNull(),
    billed: bigint("billed", { mode: "number" }).notNull(),
    unitPriceMicros: bigint("unit_price_micros", { mode: "number" }).notNull(),
    amountMicros: bigint("amount_micros", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "invoice_lines_invoice",
      columns: [t.organisationId, t.invoiceId],
      foreignColumns: [invoices.organisationId, invoices.id],
    }),
    foreignKey({
      name: "invoice_lines_version",
      columns: [t.organisationId, t.versionId],
      foreignColumns: [modelVersions.organisationId, modelVersions.id],
    }),
    check(
      "invoice_lines_sums",
      sql`count = free + billed and free >= 0 and billed >= 0 and amount_micros = billed * unit_price_micros`,
    ),
    tenantPolicy(),
  ],
);

export const usageEvents = lepta.table(
  "usage_events",
  {
    organisationId: organisationId(),
    /** CloudEvents source and id: together they name the event, so that one sent twice counts once. */
    source: text("source").notNull(),
    id: text("id").notNull(),
    product: text("product").notNull(),
    versionId: uuid("version_id").notNull(),
    quantity: integer("quantity").notNull(),
    /** When it was used. */
    at: instant("at").notNull(),
    /** When we heard of it. */
    receivedAt: instant("received_at").notNull().defaultNow(),
    invoiceLineId: uuid("invoice_line_id"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.source, t.id] }),
    foreignKey({
      name: "usage_events_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    foreignKey({
      name: "usage_events_version",
      columns: [t.organisationId, t.versionId],
      foreignColumns: [modelVersions.organisationId, modelVersions.id],
    }),
    foreignKey({
      name: "usage_events_line",
      columns: [t.organisationId, t.invoiceLineId],
      foreignColumns: [invoiceLines.organisationId, invoiceLines.id],
    }),
    index("usage_events_when").on(t.organisationId, t.at),
    index("usage_events_of_line").on(t.organisationId, t.invoiceLineId),
    check("usage_events_quantity", sql`quantity > 0`),
    tenantPolicy(),
  ],
);
