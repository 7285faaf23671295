// A page of stored predictions, newest first. It reads the hours of usage newest first until their counts fill the page,
// then as many events of each as the page may need: what it costs is the page, not what is stored.
import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import type { Place } from "../db/page.ts";
import { predictionSource } from "../serving/prediction-source.ts";

/** Which predictions: all, or those of products, versions or invoice lines. */
export interface PageOf {
  column: "product" | "version_id" | "invoice_line_id";
  keys: readonly string[];
}

interface Hour extends Record<string, unknown> {
  id: string;
  /** Milliseconds since 1970. */
  hour: number;
  count: number;
}

const hourMs = 3_600_000;

/** Bytes of rows on a page: as many as one request may bring. */
const pageBytes = 4 * 2 ** 20;

/** @param after the last row of the page before @param limit most rows @returns the ids, newest first */
export async function newestPredictions(
  tx: Sql,
  { of, after, limit }: { of: PageOf | undefined; after: Place | undefined; limit: number },
): Promise<string[]> {
  const hours = await hoursOf(tx, of, after, limit);
  if (hours.length === 0) return [];
  const before =
    after === undefined ? sql`` : sql`and (e.at, e.id) < (${after.at.toISOString()}::timestamptz, ${after.id})`;
  const { rows } = await tx.execute<{ id: string }>(sql`
    select newest.id from unnest(${sql.param(hours)}::uuid[]) as h(id) cross join lateral (
      select e.at, e.id from lepta.usage_events e
      where e.hour_id = h.id and e.source = ${predictionSource} ${before}
      order by e.at desc, e.id desc limit ${limit}
    ) newest order by newest.at desc, newest.id desc limit ${limit}`);
  return rows.map(({ id }) => id);
}

/**
 * The first of the ids, until their rows have the bytes of a page; the last is then the one beside the page, of which
 * only the cursor tells. Each is looked at alone, so that no more is read than the page has.
 */
export async function boundedPage(tx: Sql, ids: readonly string[]): Promise<string[]> {
  if (ids.length <= 2) return [...ids];
  // The id stands in a column of its own: under row-level security an index is not asked by an expression.
  const sizeOf = (n: SQL) => sql`lateral (select given.ids[${n}] as id offset 0) one cross join lateral (
      select coalesce(max(octet_length(p.row::text) + octet_length(p.outcome::text)), 0) as size
      from lepta.predictions p where p.id = one.id
    ) read`;
  const { rows } = await tx.execute<{ count: number }>(sql`
    with recursive given(ids) as (select ${sql.param([...ids])}::uuid[]), sized(n, bytes) as (
      select 1, read.size from given cross join ${sizeOf(sql`1`)}
      union all
      select n + 1, bytes + read.size from sized cross join given cross join ${sizeOf(sql`n + 1`)}
      where n < ${ids.length} and bytes < ${pageBytes}
    ) select max(n)::int as count from sized`);
  return ids.slice(0, Math.max(2, rows[0]!.count));
}

/** The hours that hold the page: that of the place before it, and older ones until they have `limit` predictions. */
async function hoursOf(tx: Sql, of: PageOf | undefined, after: Place | undefined, limit: number): Promise<string[]> {
  const last = after === undefined ? undefined : new Date(Math.floor(after.at.getTime() / hourMs) * hourMs);
  const at = last?.toISOString();
  const same = at === undefined ? [] : await readHours(tx, of, sql`h.hour = ${at}::timestamptz`, undefined);
  // Each has a prediction, so that `limit` of them are enough.
  const older = await readHours(tx, of, at === undefined ? sql`true` : sql`h.hour < ${at}::timestamptz`, limit);
  const chosen = [...same];
  let sum = 0;
  let until = Number.POSITIVE_INFINITY;
  for (const hour of older.sort((a, b) => b.hour - a.hour)) {
    if (sum >= limit && hour.hour < until) break;
    sum += hour.count;
    until = hour.hour;
    chosen.push(hour);
  }
  return chosen.map(({ id }) => id);
}

async function readHours(tx: Sql, of: PageOf | undefined, when: SQL, limit: number | undefined): Promise<Hour[]> {
  // Rows of one hour go together: which of their predictions are newer, the counts do not say.
  const first = limit === undefined ? sql`` : sql`fetch first ${sql.raw(String(limit))} rows with ties`;
  const read = (key: SQL) => sql`
    select h.id, (extract(epoch from h.hour) * 1000)::float8 as hour, h.count::float8 as count from lepta.usage_hours h
    where ${key} h.predicted and h.count > 0 and ${when} order by h.hour desc ${first}`;
  const { rows } = await tx.execute<Hour>(
    of === undefined
      ? read(sql``)
      : sql`select hours.* from unnest(${sql.param([...of.keys])}::${sql.raw(of.column === "product" ? "text" : "uuid")}[]) as k(key)
          cross join lateral (${read(sql`h.${sql.identifier(of.column)} = k.key and`)}) hours`,
  );
  return rows;
}
