// Fills an invoice: lines by month of use, product, version and price, less what of each month's allowance is left.
import { ApiError } from "@lepta/api";
import { asc, eq, inArray, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { newId } from "../db/id.ts";
import { invoiceLines, modelVersions, prices, usageHours } from "../db/schema.ts";
import { freeInMonth, shareAllowance } from "./allowance.ts";
import { type Month, readMonth } from "./periods.ts";
import { putOnLines, type TakenHour, takeHours, usedOnLines } from "./taken-hours.ts";

type Price = typeof prices.$inferSelect;

interface Line {
  id: string;
  period: string;
  product: string;
  versionId: string;
  price: Price;
  /** The organisation's own use. */
  own: number;
  /** What customers used. */
  used: number;
}

interface Filling {
  organisationId: string;
  invoiceId: string;
  month: Month;
  currency: string;
}

/** Takes a draft's lines away; their usage is free to be invoiced again. */
export async function clearLines(tx: Sql, invoiceId: string): Promise<void> {
  const lines = await tx
    .select({ id: invoiceLines.id })
    .from(invoiceLines)
    .where(eq(invoiceLines.invoiceId, invoiceId));
  if (lines.length === 0) return;
  const ids = lines.map(({ id }) => id);
  await tx.update(usageHours).set({ invoiceLineId: null }).where(inArray(usageHours.invoiceLineId, ids));
  await tx.delete(invoiceLines).where(inArray(invoiceLines.id, ids));
}

/** @returns the invoice's total in micro-units. @throws ApiError amount-too-large */
export async function fillLines(tx: Sql, filling: Filling): Promise<number> {
  const { organisationId, invoiceId, month, currency } = filling;
  const hours = await takeHours(tx, month, currency);
  if (hours.length === 0) return 0;
  const products = [...new Set(hours.map(({ product }) => product))];
  const priced = await tx
    .select()
    .from(prices)
    .where(inArray(prices.product, products))
    .orderBy(asc(prices.effectiveFrom));
  const versions = await readVersions(tx, hours);
  const { lines, lineOf } = linesOf(hours, priced);
  lines.sort(
    (a, b) =>
      compare(a.period, b.period) ||
      compare(a.product, b.product) ||
      a.price.effectiveFrom.getTime() - b.price.effectiveFrom.getTime() ||
      versions.get(a.versionId)!.version - versions.get(b.versionId)!.version,
  );
  const free = await freeOf(tx, filling, lines, priced);
  let total = 0;
  const rows = lines.map((line, position) => {
    const { free: freeCount, billed } = free.get(line.id)!;
    // Of two safe integers the product, rounded or not, is above the limit exactly when the true one is.
    const amountMicros = exact(billed * line.price.amountMicros);
    total = exact(total + amountMicros);
    return {
      organisationId,
      id: line.id,
      invoiceId,
      position,
      period: line.period,
      product: line.product,
      versionId: line.versionId,
      dataHash: versions.get(line.versionId)!.dataHash,
      count: exact(line.own + line.used),
      own: line.own,
      free: freeCount,
      billed,
      unitPriceMicros: line.price.amountMicros,
      amountMicros,
    };
  });
  await tx.insert(invoiceLines).values(rows);
  await putOnLines(
    tx,
    hours.map((hour) => ({ id: hour.id, line: lineOf.get(hour)!.id })),
  );
  return total;
}

async function readVersions(tx: Sql, hours: readonly TakenHour[]) {
  const ids = [...new Set(hours.map((hour) => hour.version_id))];
  const { id, version, dataHash } = modelVersions;
  const rows = await tx.select({ id, version, dataHash }).from(modelVersions).where(inArray(id, ids));
  return new Map(rows.map((row) => [row.id, row]));
}

function linesOf(
  hours: readonly TakenHour[],
  priced: readonly Price[],
): { lines: Line[]; lineOf: Map<TakenHour, Line> } {
  const priceOf = new Map(priced.map((price) => [price.id, price]));
  const lines = new Map<string, Line>();
  const lineOf = new Map<TakenHour, Line>();
  for (const hour of hours) {
    const { period, product, version_id: versionId, price_id: priceId } = hour;
    const key = JSON.stringify([period, product, versionId, priceId]);
    const price = priceOf.get(priceId)!;
    const line = lines.get(key) ?? { id: newId(), period, product, versionId, price, own: 0, used: 0 };
    if (hour.own) line.own += hour.count;
    else line.used += hour.count;
    lines.set(key, line);
    lineOf.set(hour, line);
  }
  return { lines: [...lines.values()], lineOf };
}

/**
 * Each line's share of the allowance of its own month. What other invoices of the currency gave of it is gone: usage
 * that is heard of late has what its month's invoice left.
 */
async function freeOf(
  tx: Sql,
  { invoiceId, currency }: Filling,
  lines: readonly Line[],
  priced: readonly Price[],
): Promise<Map<string, { free: number; billed: number }>> {
  const shares = new Map<string, { free: number; billed: number }>();
  for (const [period, ofMonth] of groupBy(lines, ({ period }) => period)) {
    const month = readMonth(period);
    const byProduct = groupBy(ofMonth, ({ product }) => product);
    const before = await usedOnLines(tx, month, [...byProduct.keys()], currency);
    const given = await givenBefore(tx, { invoiceId, currency, period, products: [...byProduct.keys()] });
    for (const [product, group] of byProduct) {
      const used = new Map<string, number>();
      const add = (price: string, count: number) => used.set(price, (used.get(price) ?? 0) + count);
      for (const row of before) if (row.product === product) add(row.price_id, row.used);
      for (const line of group) add(line.price.id, line.used);
      const ofProduct = priced.filter((price) => price.product === product);
      const spans = inForce(ofProduct, month, used)
        .filter((price) => price.currency === currency)
        .map((price) => ({ used: used.get(price.id) ?? 0, allowance: price.freePerMonth }));
      const left = Math.max(0, freeInMonth(spans) - (given.get(product) ?? 0));
      const shared = shareAllowance(
        group.map((line) => line.used),
        left,
      );
      for (const [i, line] of group.entries()) shares.set(line.id, shared[i]!);
    }
  }
  return shares;
}

/** A product's prices that were in force at some moment of the month, and those at which something was used in it. */
function inForce(ofProduct: readonly Price[], month: Month, used: ReadonlyMap<string, number>): Price[] {
  return ofProduct.filter((price, i) => {
    const until = ofProduct[i + 1]?.effectiveFrom;
    const during = price.effectiveFrom < month.to && (until === undefined || until > month.from);
    return during || used.has(price.id);
  });
}

/** Free predictions of a month that other invoices of the currency hold, by product. */
async function givenBefore(
  tx: Sql,
  given: { invoiceId: string; currency: string; period: string; products: string[] },
): Promise<Map<string, number>> {
  const { rows } = await tx.execute<{ product: string; free: number }>(sql`
    select l.product, sum(l.free)::float8 as free
    from lepta.invoice_lines l join lepta.invoices i on i.organisation_id = l.organisation_id and i.id = l.invoice_id
    where l.period = ${given.period} and l.product = any(${sql.param(given.products)}::text[])
      and i.currency = ${given.currency} and i.id <> ${given.invoiceId}
    group by l.product`);
  return new Map(rows.map(({ product, free }) => [product, free]));
}

/** Money travels as a JSON number: above 2^53 - 1 it would lose micro-units. */
function exact(amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw new ApiError("amount-too-large", "the invoice's amounts pass 9 007 199 254 740 991 micro-units", {
    fix: "Check the price and the reported quantities; state the price in a larger currency unit.",
  });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
