// What was used within a span of time, by product, version and day: read from the hours' counts.
import type { UsageSummary } from "@lepta/api";
import { and, asc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { modelVersions, prices } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { monthOf } from "./periods.ts";

export interface UsageFilter {
  product?: string | undefined;
  /** Inclusive. Default: the start of this month. */
  from?: Date | undefined;
  /** Exclusive. Default: now. */
  to?: Date | undefined;
}

interface Used extends Record<string, unknown> {
  product: string;
  version_id: string;
  own: boolean;
  /** YYYY-MM-DD, UTC. */
  day: string;
  count: number;
}

export async function usageSummary(
  tenant: Tenant,
  filter: UsageFilter = {},
  now: Date = new Date(),
): Promise<UsageSummary> {
  // To the millisecond after now: an event of this very millisecond is in.
  const { product, from = monthOf(now).from, to = new Date(now.getTime() + 1) } = filter;
  return tenant.transaction(async (tx) => {
    const used = from < to ? await readUsed(tx, { product, from, to }) : [];
    const ids = [...new Set(used.map((row) => row.version_id))];
    const versions = await tx
      .select({
        id: modelVersions.id,
        name: modelVersions.name,
        version: modelVersions.version,
        dataHash: modelVersions.dataHash,
      })
      .from(modelVersions)
      .where(inArray(modelVersions.id, ids))
      .orderBy(asc(modelVersions.product), asc(modelVersions.version));
    const sum = (rows: readonly Used[]) => rows.reduce((total, row) => total + row.count, 0);
    const lines = versions.map(({ dataHash, ...model }) => {
      const of = used.filter((row) => row.version_id === model.id);
      return {
        product: of[0]!.product,
        model,
        dataHash,
        count: sum(of),
        own: sum(of.filter((row) => row.own)),
      };
    });
    const days = new Map<string, { day: string; product: string; count: number }>();
    for (const row of used) {
      const key = `${row.day} ${row.product}`;
      const entry = days.get(key) ?? { day: row.day, product: row.product, count: 0 };
      entry.count += row.count;
      days.set(key, entry);
    }
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      total: sum(used),
      lines,
      days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry),
      prices: await pricesAt(tx, product, to),
    };
  });
}

/** Whole hours by their counts, less the events of the first and the last hour that lie outside the span. */
async function readUsed(
  tx: Sql,
  { product, from, to }: { product: string | undefined; from: Date; to: Date },
): Promise<Used[]> {
  const [start, end] = [from.toISOString(), to.toISOString()];
  const firstHour = sql`date_trunc('hour', ${start}::timestamptz, 'UTC')`;
  const lastHour = sql`date_trunc('hour', ${end}::timestamptz, 'UTC')`;
  const ofProduct = product === undefined ? sql`` : sql`and h.product = ${product}`;
  // The events outside are read only where the span cuts an hour; by the hour, so that no more than an hour's are read.
  const outside = (hour: typeof firstHour, events: typeof firstHour) => sql`
    select h.product, h.version_id, h.own, h.hour, -cut.count as count
    from lepta.usage_hours h cross join lateral (
      select coalesce(sum(e.quantity), 0) as count from lepta.usage_events e
      where e.organisation_id = h.organisation_id and e.hour_id = h.id and ${events}
    ) cut where h.hour = ${hour} ${ofProduct}`;
  const { rows } = await tx.execute<Used>(sql`
    select product, version_id, own, to_char(hour at time zone 'UTC', 'YYYY-MM-DD') as day, sum(count)::float8 as count
    from (
      select h.product, h.version_id, h.own, h.hour, h.count from lepta.usage_hours h
      where h.hour >= ${firstHour} and h.hour < ${end}::timestamptz ${ofProduct}
      union all ${outside(firstHour, sql`e.at < ${start}::timestamptz`)}
      union all ${outside(lastHour, sql`e.at >= ${end}::timestamptz and h.hour < ${end}::timestamptz`)}
    ) u group by 1, 2, 3, 4 having sum(count) > 0`);
  return rows;
}

/** Each product's price in force at the span's end. */
function pricesAt(tx: Sql, product: string | undefined, to: Date): Promise<UsageSummary["prices"]> {
  return tx
    .selectDistinctOn([prices.product], {
      product: prices.product,
      amountMicros: prices.amountMicros,
      currency: prices.currency,
      freePerMonth: prices.freePerMonth,
    })
    .from(prices)
    .where(and(lt(prices.effectiveFrom, to), product === undefined ? undefined : eq(prices.product, product)))
    .orderBy(asc(prices.product), sql`${prices.effectiveFrom} desc`);
}
