// Invoices and their lines.
import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
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
    index("invoices_newest").on(t.organisationId, t.createdAt, t.id),
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
    /** The month in which it was used, YYYY-MM: before the invoice's own where it was heard of late. */
    period: text("period").notNull(),
    product: text("product").notNull(),
    versionId: uuid("version_id").notNull(),
    dataHash: text("data_hash").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
    /** Of the organisation's own use: counted, never billed, and nothing of the allowance. */
    own: bigint("own", { mode: "number" }).notNull(),
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
    index("invoice_lines_of_invoice").on(t.organisationId, t.invoiceId),
    index("invoice_lines_allowance").on(t.organisationId, t.product, t.period),
    check(
      "invoice_lines_sums",
      sql`count = own + free + billed and own >= 0 and free >= 0 and billed >= 0 and amount_micros = billed * unit_price_micros`,
    ),
    tenantPolicy(),
  ],
);
