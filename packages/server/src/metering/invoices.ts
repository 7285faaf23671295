// Invoices: a month's usage, less the free allowance, at its price. Each event is on one line of one invoice.
import { ApiError, type Invoice, type Page } from "@lepta/api";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { isUuid, newId } from "../db/id.ts";
import { invoiceLines, invoices, modelVersions, usageEvents } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { type PageRequest, pageOf, toPage } from "../registry/page.ts";
import { type Shared, shareAllowance } from "./allowance.ts";
import { type Month, monthOf, readMonth } from "./periods.ts";

export interface InvoiceRequest {
  /** YYYY-MM; this month when absent. */
  period?: string | undefined;
  /** Needed only where the month has usage in several. */
  currency?: string | undefined;
}

/**
 * Makes the invoice of a month, or brings it up to date. A month that is over gives an issued invoice, which never
 * changes again; one that is not gives a draft. An event that arrives after its month was issued is on the next
 * invoice. The same call again gives the same invoice.
 * @throws ApiError invalid-period, currency-ambiguous, price-missing, amount-too-large
 */
export async function createInvoice(
  tenant: Tenant,
  { period, currency }: InvoiceRequest = {},
  now: Date = new Date(),
): Promise<Invoice> {
  const month = period === undefined ? monthOf(now) : readMonth(period, now);
  return tenant.transaction(async (tx) => {
    // One at a time in an organisation: two would each take the same events.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${tenant.organisationId}, 1))`);
    const chosen = currency === undefined ? await onlyCurrency(tx, month) : await pricedIn(tx, month, currency);
    const [existing] = await tx
      .select()
      .from(invoices)
      .where(and(eq(invoices.period, month.period), eq(invoices.currency, chosen)));
    if (existing?.status === "issued") return readOne(tx, existing.id);
    const id = existing?.id ?? (await begin(tx, tenant.organisationId, month, chosen));
    await clear(tx, id);
    const total = await fill(tx, tenant.organisationId, id, month, chosen);
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

/**
 * Every event with the price in force when it was used, of those that the month's invoice may take: of the month
 * itself, and late ones, whose own month was issued already. Events on other invoices are not among them.
 */
function pricedEvents(month: Month) {
  return sql`
    select e.source, e.id, e.product, e.version_id, e.quantity, p.id as price_id, p.amount_micros, p.currency, p.effective_from
    from lepta.usage_events e
    cross join lateral (
      select * from lepta.prices p
      where p.organisation_id = e.organisation_id and p.product = e.product and p.effective_from <= e.at
      order by p.effective_from desc limit 1
    ) p
    where e.invoice_line_id is null and e.at < ${month.to.toISOString()}::timestamptz
      and (e.at >= ${month.from.toISOString()}::timestamptz or exists (
        select 1 from lepta.invoices i
        where i.organisation_id = e.organisation_id and i.status = 'issued' and i.currency = p.currency
          and i.period = to_char(e.at at time zone 'UTC', 'YYYY-MM')
      ))`;
}

async function onlyCurrency(tx: Sql, month: Month): Promise<string> {
  const { rows } = await tx.execute<{ currency: string }>(sql`
    select currency from (${pricedEvents(month)}) e
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

/** Takes a draft's lines away; their events are free to be invoiced again. */
async function clear(tx: Sql, invoiceId: string): Promise<void> {
  const lines = tx.select({ id: invoiceLines.id }).from(invoiceLines).where(eq(invoiceLines.invoiceId, invoiceId));
  await tx.update(usageEvents).set({ invoiceLineId: null }).where(inArray(usageEvents.invoiceLineId, lines));
  await tx.delete(invoiceLines).where(eq(invoiceLines.invoiceId, invoiceId));
}

interface Group extends Record<string, unknown> {
  product: string;
  version_id: string;
  data_hash: string;
  price_id: string;
  amount_micros: number;
  free_per_month: number | null;
}

/**
 * One line for each product, version and price. The lines come first, then the events are put on them, then what is on
 * each is counted: an event that is committed meanwhile is on a line and in its count, or neither.
 * @returns the invoice's total in micro-units. @throws ApiError amount-too-large
 */
async function fill(
  tx: Sql,
  organisationId: string,
  invoiceId: string,
  month: Month,
  currency: string,
): Promise<number> {
  const to = month.to.toISOString();
  // The allowance is that of the price in force at the month's end.
  const { rows } = await tx.execute<Group>(sql`
    select e.product, e.version_id, v.data_hash, e.price_id, e.amount_micros::float8 as amount_micros,
      (select free_per_month from lepta.prices f where f.product = e.product and f.currency = ${currency}
        and f.effective_from < ${to}::timestamptz order by f.effective_from desc limit 1)::float8 as free_per_month
    from (${pricedEvents(month)}) e join lepta.model_versions v on v.id = e.version_id
    where e.currency = ${currency}
    group by e.product, e.version_id, v.version, v.data_hash, e.price_id, e.amount_micros, e.effective_from
    order by e.product, v.version, e.effective_from`);
  if (rows.length === 0) return 0;
  const lines = rows.map((row, position) => ({ ...row, id: newId(), position }));
  await tx.insert(invoiceLines).values(
    lines.map((line) => ({
      organisationId,
      id: line.id,
      invoiceId,
      position: line.position,
      product: line.product,
      versionId: line.version_id,
      dataHash: line.data_hash,
      count: 0,
      free: 0,
      billed: 0,
      unitPriceMicros: line.amount_micros,
      amountMicros: 0,
    })),
  );
  await tx.execute(sql`
    update lepta.usage_events u set invoice_line_id = l.id
    from (${pricedEvents(month)}) e
    join json_to_recordset(${JSON.stringify(lines)}::json) as l(id uuid, product text, version_id uuid, price_id uuid)
      on l.product = e.product and l.version_id = e.version_id and l.price_id = e.price_id
    where u.source = e.source and u.id = e.id and u.invoice_line_id is null`);
  return countLines(tx, invoiceId, lines);
}

/** Counts the events on each line, shares each product's allowance over its lines, and prices them. @returns the sum */
async function countLines(tx: Sql, invoiceId: string, lines: readonly (Group & { id: string })[]): Promise<number> {
  const { rows } = await tx.execute<{ id: string; count: number }>(sql`
    select l.id, sum(u.quantity)::float8 as count
    from lepta.invoice_lines l join lepta.usage_events u on u.invoice_line_id = l.id
    where l.invoice_id = ${invoiceId} group by l.id`);
  const counts = new Map(rows.map(({ id, count }) => [id, count]));
  const groups = new Map<string, (Group & { id: string })[]>();
  for (const line of lines) groups.set(line.product, [...(groups.get(line.product) ?? []), line]);
  let total = 0;
  for (const group of groups.values()) {
    const shares = shareAllowance(
      group.map(({ id }) => counts.get(id) ?? 0),
      group[0]?.free_per_month ?? 0,
    );
    for (const [i, { id, amount_micros }] of group.entries()) {
      const { free, billed } = shares[i] as Shared;
      // Of two safe integers the product, rounded or not, is above the limit exactly when the true one is.
      const amountMicros = exact(billed * amount_micros);
      total = exact(total + amountMicros);
      await tx
        .update(invoiceLines)
        .set({ count: exact(free + billed), free, billed, amountMicros })
        .where(eq(invoiceLines.id, id));
    }
  }
  return total;
}

/** Money travels as a JSON number: above 2^53 - 1 it would lose micro-units. */
function exact(amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw new ApiError("amount-too-large", "the invoice's amounts pass 9 007 199 254 740 991 micro-units", {
    fix: "Check the price and the reported quantities; state the price in a larger currency unit.",
  });
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
        product: line.product,
        model,
        dataHash: line.dataHash,
        count: line.count,
        free: line.free,
        billed: line.billed,
        unitPriceMicros: line.unitPriceMicros,
        amountMicros: line.amountMicros,
      })),
  };
}
