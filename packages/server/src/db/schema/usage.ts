// Usage events, and their counts by hour: what summaries, lists and invoices read in the events' place.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { invoiceLines } from "./billing.ts";
import { prices, products } from "./products.ts";
import { instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";
import { modelVersions } from "./versions.ts";

/**
 * Events of one version within one hour at one price, counted in the transaction that writes them. An hour is on one
 * line of one invoice, or on none. Once it has been put on one it takes no more events: what comes later makes a new
 * row, so that a line's count is that of its events for ever.
 */
export const usageHours = lepta.table(
  "usage_hours",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    product: text("product").notNull(),
    versionId: uuid("version_id").notNull(),
    /** The organisation's own use: counted, never billed. */
    own: boolean("own").notNull(),
    /** Events of predictions, quantity 1 each; else events that were sent. */
    predicted: boolean("predicted").notNull(),
    /** The hour's first instant, UTC. */
    hour: instant("hour").notNull(),
    /** The price in force when they were used; null: none was. */
    priceId: uuid("price_id"),
    /** Sum of the events' quantities. */
    count: bigint("count", { mode: "number" }).notNull(),
    /** Takes no more events. */
    sealed: boolean("sealed").notNull().default(false),
    invoiceLineId: uuid("invoice_line_id"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "usage_hours_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    foreignKey({
      name: "usage_hours_version",
      columns: [t.organisationId, t.versionId],
      foreignColumns: [modelVersions.organisationId, modelVersions.id],
    }),
    foreignKey({
      name: "usage_hours_price",
      columns: [t.organisationId, t.priceId],
      foreignColumns: [prices.organisationId, prices.id],
    }),
    foreignKey({
      name: "usage_hours_line",
      columns: [t.organisationId, t.invoiceLineId],
      foreignColumns: [invoiceLines.organisationId, invoiceLines.id],
    }),
    // One row takes the events of each kind. No price equals no price.
    uniqueIndex("usage_hours_open")
      .on(
        t.organisationId,
        t.product,
        t.versionId,
        t.own,
        t.predicted,
        t.hour,
        sql`coalesce(price_id, '00000000-0000-0000-0000-000000000000'::uuid)`,
      )
      .where(sql`not sealed`),
    index("usage_hours_newest").on(t.organisationId, t.hour),
    index("usage_hours_of_product").on(t.organisationId, t.product, t.hour),
    index("usage_hours_of_version").on(t.organisationId, t.versionId, t.hour),
    index("usage_hours_of_line").on(t.organisationId, t.invoiceLineId, t.hour),
    index("usage_hours_to_invoice")
      .on(t.organisationId, t.hour)
      .where(sql`invoice_line_id is null and price_id is not null`),
    check("usage_hours_count", sql`count >= 0`),
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
    /** Whose product and version, at what price, on which line: all of that the hour says. */
    hourId: uuid("hour_id").notNull(),
    quantity: integer("quantity").notNull(),
    /** When it was used. */
    at: instant("at").notNull(),
    /** When we heard of it. */
    receivedAt: instant("received_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.source, t.id] }),
    foreignKey({
      name: "usage_events_hour",
      columns: [t.organisationId, t.hourId],
      foreignColumns: [usageHours.organisationId, usageHours.id],
    }),
    // A page of an hour's events, newest first; what of an hour lies before or after an instant.
    index("usage_events_of_hour").on(t.organisationId, t.hourId, t.at, t.id),
    check("usage_events_quantity", sql`quantity > 0`),
    tenantPolicy(),
  ],
);
