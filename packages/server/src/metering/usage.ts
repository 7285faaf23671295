// Usage: events that come from outside, and the summary of all. (A prediction's own event is written with it.)
import type { UsageEvent, UsageSummary } from "@lepta/api";
import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import { modelVersions, prices, usageEvents } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireProduct } from "../registry/products.ts";
import { requireVersion } from "../registry/versions.ts";
import { monthOf } from "./periods.ts";

/**
 * Takes CloudEvents in. An event is named by its source and id: one that was sent before counts no second time.
 * @throws ApiError product-not-found, version-not-found; then none is taken.
 */
export async function recordUsage(
  tenant: Tenant,
  events: readonly UsageEvent[],
  now: Date = new Date(),
): Promise<{ accepted: number; duplicates: number }> {
  return tenant.transaction(async (tx) => {
    const versions = new Map<string, string>();
    for (const { data } of events) {
      const key = `${data.product} ${data.version}`;
      if (versions.has(key)) continue;
      await requireProduct(tx, data.product);
      versions.set(key, (await requireVersion(tx, { product: data.product, version: data.version })).id);
    }
    const taken = await tx
      .insert(usageEvents)
      .values(
        events.map(({ source, id, time, data }) => ({
          organisationId: tenant.organisationId,
          source,
          id,
          product: data.product,
          versionId: versions.get(`${data.product} ${data.version}`) ?? "",
          quantity: data.quantity,
          at: time === undefined ? now : new Date(time),
        })),
      )
      .onConflictDoNothing()
      .returning({ id: usageEvents.id });
    return { accepted: taken.length, duplicates: events.length - taken.length };
  });
}

export interface UsageFilter {
  product?: string | undefined;
  /** Inclusive. Default: the start of this month. */
  from?: Date | undefined;
  /** Exclusive. Default: now. */
  to?: Date | undefined;
}

export async function usageSummary(
  tenant: Tenant,
  filter: UsageFilter = {},
  now: Date = new Date(),
): Promise<UsageSummary> {
  // To the millisecond after now: an event of this very millisecond is in.
  const { from = monthOf(now).from, to = new Date(now.getTime() + 1) } = filter;
  const within = and(
    gte(usageEvents.at, from),
    lt(usageEvents.at, to),
    filter.product === undefined ? undefined : eq(usageEvents.product, filter.product),
  );
  return tenant.transaction(async (tx) => {
    const total = sql<number>`sum(${usageEvents.quantity})`.mapWith(Number);
    const lines = await tx
      .select({
        product: usageEvents.product,
        id: modelVersions.id,
        name: modelVersions.name,
        version: modelVersions.version,
        dataHash: modelVersions.dataHash,
        count: total,
      })
      .from(usageEvents)
      .innerJoin(
        modelVersions,
        and(eq(modelVersions.organisationId, usageEvents.organisationId), eq(modelVersions.id, usageEvents.versionId)),
      )
      .where(within)
      .groupBy(usageEvents.product, modelVersions.id, modelVersions.name, modelVersions.version, modelVersions.dataHash)
      .orderBy(asc(usageEvents.product), asc(modelVersions.version));
    const day = sql<string>`to_char(${usageEvents.at} at time zone 'UTC', 'YYYY-MM-DD')`;
    const days = await tx
      .select({ day, product: usageEvents.product, count: total })
      .from(usageEvents)
      .where(within)
      .groupBy(sql`1`, usageEvents.product)
      .orderBy(sql`1`, asc(usageEvents.product));
    const current = await tx
      .selectDistinctOn([prices.product], {
        product: prices.product,
        amountMicros: prices.amountMicros,
        currency: prices.currency,
        freePerMonth: prices.freePerMonth,
      })
      .from(prices)
      .where(
        and(
          lt(prices.effectiveFrom, to),
          filter.product === undefined ? undefined : eq(prices.product, filter.product),
        ),
      )
      .orderBy(asc(prices.product), sql`${prices.effectiveFrom} desc`);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      total: lines.reduce((sum, line) => sum + line.count, 0),
      lines: lines.map(({ product, dataHash, count, ...model }) => ({ product, model, dataHash, count })),
      days,
      prices: current,
    };
  });
}
