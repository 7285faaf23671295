// Invoices: a month's usage, less the free allowance, at its price. Each event is on one line of one invoice.
import { ApiError, type Invoice, type Page } from "@lepta/api";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { isUuid, newId } from "../db/id.ts";
import { lock } from "../db/locks.ts";
import { type PageRequest, pageOf, toPage } from "../db/page.ts";
import { invoiceLines, invoices, modelVersions } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { clearLines, fillLines } from "./invoice-lines.ts";
import { type Month, monthOf, readMonth } from "./periods.ts";
import { mayTake } from "./taken-hours.ts";

export interface InvoiceRequest {
  /** YYYY-MM; this month when absent. */
  period?: string | undefined;
  /** Needed only where the month has usage in several. */
  currency?: string | undefined;
}

/**
 * Makes the invoice of a month, or brings it up to date. A month that is over gives an issued invoice, which never
 * changes again; one that is not gives a draft. Usage that is heard of after its month was issued is on the
 * next invoice, on lines of its own month. The same call again gives the same invoice.
 * @throws ApiError invalid-period, currency-ambiguous, price-missing, amount-too-large
 */
export async function createInvoice(
  tenant: Tenant,
  { period, currency }: InvoiceRequest = {},
  now: Date = new Date(),
): Promise<Invoice> {
  const month = period === undefined ? monthOf(now) : readMonth(period, now);
  return tenant.transaction(async (tx) => {
    // One at a time in an organisation: two would each take the same usage. And no price changes meanwhile.
    await lock(tx, tenant.organisationId, "invoices");
    await lock(tx, tenant.organisationId, "prices", "shared");
    const chosen = currency === undefined ? await onlyCurrency(tx, month) : await pricedIn(tx, month, currency);
    const [existing] = await tx
      .select()
      .from(invoices)
      .where(and(eq(invoices.period, month.period), eq(invoices.currency, chosen)));
    if (existing?.status === "issued") return readOne(tx, existing.id);
    const id = existing?.id ?? (await begin(tx, tenant.organisationId, month, chosen));
    await clearLines(tx, id);
    const { organisationId } = tenant;
    const total = await fillLines(tx, { organisationId, invoiceId: id, month, currency: chosen });
    const issued = now >= month.to;
    await tx
      .update(invoices)
      .set({ totalMicros: total, status: issued ? "issued" : "draft", issuedAt: issued ? now : null })
      .where(eq(invoices.id, id));
    return readOne(tx, id);
  });
}

/** @throws ApiError invoice-not-found */
export async function readInvoice(tenant: Tenant, id: string): Promise<Invoice> {
  return tenant.transaction((tx) => readOne(tx, id));
}

/** Newest first. */
export async function listInvoices(tenant: Tenant, request: PageRequest = {}): Promise<Page<Invoice>> {
  const { after, order, limit } = pageOf(request, invoices.createdAt, invoices.id);
  return tenant.transaction(async (tx) => {
    const rows = await tx
      .select()
      .from(invoices)
      .where(after)
      .orderBy(...order)
      .limit(limit);
    const lines = await readLines(
      tx,
      rows.map((row) => row.id),
    );
    return toPage(
      rows,
      limit,
      (row) => toInvoice(row, lines),
      (row) => ({ at: row.createdAt, id: row.id }),
    );
  });
}

async function onlyCurrency(tx: Sql, month: Month): Promise<string> {
  const { rows } = await tx.execute<{ currency: string }>(sql`
    select p.currency from ${mayTake(month)}
    union select i.currency from lepta.invoices i
      where i.period = ${month.period} and exists (select 1 from lepta.invoice_lines l where l.invoice_id = i.id)
    order by currency`);
  const [first, second] = rows;
  if (first && !second) return first.currency;
  if (first && second) {
    const all = rows.map((row) => row.currency).join(", ");
    throw new ApiError("currency-ambiguous", `${month.period} has usage in ${all}`, {
      fix: "Say which currency's invoice is wanted.",
    });
  }
  const priced = await tx.execute<{ currency: string }>(
    sql`select currency from lepta.prices where effective_from < ${month.to.toISOString()}::timestamptz order by effective_from desc limit 1`,
  );
  if (priced.rows[0]) return priced.rows[0].currency;
  throw new ApiError("price-missing", `no product had a price in ${month.period}`, {
    fix: "Give the product a price (price.perPrediction in its file) and ship it.",
  });
}

/** The currency asked for, if a product was ever priced in it; an invoice in another would be empty for ever. */
async function pricedIn(tx: Sql, month: Month, currency: string): Promise<string> {
  const { rows } = await tx.execute(
    sql`select 1 from lepta.prices where currency = ${currency} and effective_from < ${month.to.toISOString()}::timestamptz limit 1`,
  );
  if (rows.length > 0) return currency;
  throw new ApiError("price-missing", `no product had a price in ${currency} by the end of ${month.period}`, {
    fix: "Ask for the currency of the product's price, or for none.",
  });
}

async function begin(tx: Sql, organisationId: string, { period }: Month, currency: string): Promise<string> {
  const id = newId();
  const newest = await tx.execute<{ number: number | null }>(sql`select max(number) as number from lepta.invoices`);
  const number = (newest.rows[0]?.number ?? 0) + 1;
  await tx.insert(invoices).values({ organisationId, id, number, period, currency, status: "draft", totalMicros: 0 });
  return id;
}

type Lines = Awaited<ReturnType<typeof readLines>>;

function readLines(tx: Sql, invoiceIds: string[]) {
  return tx
    .select({
      line: invoiceLines,
      model: { id: modelVersions.id, name: modelVersions.name, version: modelVersions.version },
    })
    .from(invoiceLines)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.organisationId, invoiceLines.organisationId), eq(modelVersions.id, invoiceLines.versionId)),
    )
    .where(inArray(invoiceLines.invoiceId, invoiceIds))
    .orderBy(asc(invoiceLines.position));
}

async function readOne(tx: Sql, id: string): Promise<Invoice> {
  const [row] = isUuid(id) ? await tx.select().from(invoices).where(eq(invoices.id, id)) : [];
  if (row) return toInvoice(row, await readLines(tx, [id]));
  throw new ApiError("invoice-not-found", `no invoice has the id ${id}`, {
    fix: "GET /v1/invoices lists the invoices.",
  });
}

function toInvoice(row: typeof invoices.$inferSelect, lines: Lines): Invoice {
  const { id, number, period, status, currency, totalMicros } = row;
  return {
    id,
    number,
    period,
    status,
    currency,
    totalMicros,
    createdAt: row.createdAt.toISOString(),
    issuedAt: row.issuedAt?.toISOString() ?? null,
    lines: lines
      .filter(({ line }) => line.invoiceId === id)
      .map(({ line, model }) => ({
        id: line.id,
        period: line.period,
        product: line.product,
        model,
        dataHash: line.dataHash,
        count: line.count,
        own: line.own,
        free: line.free,
        billed: line.billed,
        unitPriceMicros: line.unitPriceMicros,
        amountMicros: line.amountMicros,
      })),
  };
}
