// Usage events that come from outside. (A prediction's own event is written with it.)
import { ApiError, type UsageEvent } from "@lepta/api";
import { sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { lock } from "../db/locks.ts";
import { openHour } from "../db/open-hour.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireProduct } from "../registry/products.ts";
import { requireVersion } from "../registry/versions.ts";
import { predictionSource } from "../serving/prediction-source.ts";
import { placeOf } from "./usage-window.ts";

export interface UsageOptions {
  /** The organisation's own use: counted, never billed. Default false. */
  own?: boolean;
  /** When events without a time were used. Default: now. */
  now?: Date;
}

/**
 * Takes CloudEvents in. An event is named by its source and id: one that was sent before counts no second time.
 * @throws ApiError product-not-found, version-not-found, invalid-request, of the event that is wrong; then none is taken.
 */
export async function recordUsage(
  tenant: Tenant,
  events: readonly UsageEvent[],
  { own = false, now = new Date() }: UsageOptions = {},
): Promise<{ accepted: number; duplicates: number }> {
  refuseOurs(events);
  return tenant.transaction(async (tx) => {
    const versions = new Map<string, string>();
    for (const [i, { data }] of events.entries()) {
      const key = `${data.product} ${data.version}`;
      if (versions.has(key)) continue;
      try {
        await requireProduct(tx, data.product);
        versions.set(key, (await requireVersion(tx, { product: data.product, version: data.version })).id);
      } catch (error) {
        throw error instanceof ApiError ? ofEvent(events, i, error) : error;
      }
    }
    await lock(tx, tenant.organisationId, "prices", "shared");
    const given = events.map(({ source, id, time, data }) => ({
      source,
      id,
      product: data.product,
      versionId: versions.get(`${data.product} ${data.version}`)!,
      quantity: data.quantity,
      at: time === undefined || time === null ? now : new Date(time),
    }));
    const hours = await openHours(tx, tenant.organisationId, own, given);
    const accepted = await insertEvents(tx, tenant.organisationId, given, hours);
    return { accepted, duplicates: events.length - accepted };
  });
}

/** A prediction's event is written with the prediction, and by nobody else. */
function refuseOurs(events: readonly UsageEvent[]): void {
  const at = events.findIndex(({ source }) => source === predictionSource);
  if (at < 0) return;
  const path = `${placeOf(events, at)}/source`;
  throw new ApiError("invalid-request", `${path}: ${predictionSource} is the source of the server's own events`, {
    errors: [{ path, message: `${predictionSource} is the source of the server's own events` }],
    fix: "Name the sender: a URI reference of your own. Predictions of this server are counted already.",
  });
}

/** What one event of the list is refused for, with its place. */
function ofEvent(events: readonly UsageEvent[], i: number, error: ApiError): ApiError {
  const path = `${placeOf(events, i)}/data`;
  return new ApiError(error.code, `${path}: ${error.message} (event ${JSON.stringify(events[i]?.id)})`, {
    cause: error,
    errors: [{ path, message: error.message, code: error.code }],
    fix: error.fix,
  });
}

interface NewEvent {
  source: string;
  id: string;
  product: string;
  versionId: string;
  quantity: number;
  at: Date;
}

/** The hours that take the events, made where they are missing, and locked. @returns their ids, in the events' order */
async function openHours(
  tx: Sql,
  organisationId: string,
  own: boolean,
  events: readonly NewEvent[],
): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    with given as (
      select * from unnest(${sql.param(events.map(({ product }) => product))}::text[],
        ${sql.param(events.map(({ versionId }) => versionId))}::uuid[],
        ${sql.param(events.map(({ at }) => at.toISOString()))}::timestamptz[]) with ordinality as g(product, version_id, at, n)
    ), priced as materialized (
      select g.*, date_trunc('hour', g.at, 'UTC') as hour, (
        select p.id from lepta.prices p where p.product = g.product and p.effective_from <= g.at
        order by p.effective_from desc limit 1) as price_id
      from given g
    ), hours as (
      insert into lepta.usage_hours as h (organisation_id, id, product, version_id, own, predicted, hour, price_id, count)
      select ${organisationId}::uuid, gen_random_uuid(), product, version_id, ${own}::bool, false, hour, price_id, 0
      from priced group by product, version_id, hour, price_id order by product, version_id, hour, price_id
      on conflict ${sql.raw(openHour)} do update set count = h.count
      returning h.id, h.product, h.version_id, h.hour, h.price_id
    )
    select h.id from priced p join hours h on h.product = p.product and h.version_id = p.version_id
      and h.hour = p.hour and h.price_id is not distinct from p.price_id
    order by p.n`);
  return rows.map(({ id }) => id);
}

/** Inserts what is new, and counts it in its hours. @returns how many were new */
async function insertEvents(
  tx: Sql,
  organisationId: string,
  events: readonly NewEvent[],
  hours: readonly string[],
): Promise<number> {
  const { rows } = await tx.execute<{ accepted: number }>(sql`
    with taken as (
      insert into lepta.usage_events (organisation_id, source, id, hour_id, quantity, at)
      select ${organisationId}::uuid, given.*
      from unnest(${sql.param(events.map(({ source }) => source))}::text[],
        ${sql.param(events.map(({ id }) => id))}::text[],
        ${sql.param([...hours])}::uuid[],
        ${sql.param(events.map(({ quantity }) => quantity))}::int[],
        ${sql.param(events.map(({ at }) => at.toISOString()))}::timestamptz[]) as given
      on conflict do nothing
      returning hour_id, quantity
    ), counted as (
      update lepta.usage_hours h set count = h.count + t.count
      from (select hour_id, sum(quantity) as count from taken group by hour_id) t where h.id = t.hour_id
    )
    select count(*)::int as accepted from taken`);
  const accepted = rows[0]?.accepted ?? 0;
  if (accepted < events.length) {
    // Hours of events that all were sent before.
    await tx.execute(
      sql`delete from lepta.usage_hours h where h.id = any(${sql.param([...new Set(hours)])}::uuid[]) and h.count = 0`,
    );
  }
  return accepted;
}
