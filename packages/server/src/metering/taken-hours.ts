// The hours of usage that a month's invoice takes, and the lines that they make.
import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import type { Month } from "./periods.ts";

/** One row of usage_hours that the invoice takes. */
export interface TakenHour extends Record<string, unknown> {
  id: string;
  /** The month of use, YYYY-MM. */
  period: string;
  product: string;
  version_id: string;
  price_id: string;
  own: boolean;
  count: number;
}

/** The month of an hour of usage, YYYY-MM. */
export const periodOf: SQL = sql`to_char(h.hour at time zone 'UTC', 'YYYY-MM')`;

/**
 * From where: the hours on no invoice that the month's may take, of the month itself, and late ones, whose own month
 * was issued already. An hour that a change of price left empty makes no line. `h` is the hour, `p` its price.
 */
export function mayTake(month: Month): SQL {
  return sql`
    lepta.usage_hours h join lepta.prices p on p.organisation_id = h.organisation_id and p.id = h.price_id
    where h.invoice_line_id is null and h.count > 0 and h.price_id is not null and h.hour < ${month.to.toISOString()}::timestamptz
      and (h.hour >= ${month.from.toISOString()}::timestamptz or exists (
        select 1 from lepta.invoices i
        where i.organisation_id = h.organisation_id and i.status = 'issued' and i.currency = p.currency
          and i.period = ${periodOf}
      ))`;
}

/**
 * Locks the hours: whoever adds to one waits for the transaction's end, and then finds it sealed. In the order in which
 * usage is written, so that the two never wait for each other.
 */
export async function takeHours(tx: Sql, month: Month, currency: string): Promise<TakenHour[]> {
  const { rows } = await tx.execute<TakenHour>(sql`
    select h.id, ${periodOf} as period, h.product, h.version_id, h.price_id, h.own, h.count::float8 as count
    from ${mayTake(month)} and p.currency = ${currency}
    order by h.product, h.version_id, h.own, h.hour, h.price_id for update of h`);
  return rows;
}

/** Puts hours on their lines; they take no more events. */
export async function putOnLines(tx: Sql, hours: readonly { id: string; line: string }[]): Promise<void> {
  const ids = sql.param(hours.map(({ id }) => id));
  const lines = sql.param(hours.map(({ line }) => line));
  await tx.execute(sql`
    update lepta.usage_hours h set sealed = true, invoice_line_id = given.line
    from unnest(${ids}::uuid[], ${lines}::uuid[]) as given(id, line) where h.id = given.id`);
}

/** Customers' usage of a month that is on other invoices of the currency, by price. */
export async function usedOnLines(
  tx: Sql,
  month: Month,
  products: readonly string[],
  currency: string,
): Promise<{ product: string; price_id: string; used: number }[]> {
  const { rows } = await tx.execute<{ product: string; price_id: string; used: number }>(sql`
    select h.product, h.price_id, sum(h.count)::float8 as used
    from lepta.usage_hours h
    join lepta.invoice_lines l on l.organisation_id = h.organisation_id and l.id = h.invoice_line_id
    join lepta.invoices i on i.organisation_id = l.organisation_id and i.id = l.invoice_id and i.currency = ${currency}
    where h.product = any(${sql.param([...products])}::text[]) and not h.own
      and h.hour >= ${month.from.toISOString()}::timestamptz and h.hour < ${month.to.toISOString()}::timestamptz
    group by h.product, h.price_id`);
  return rows;
}
