// What a version answered within a span of time, read in pieces: a month of traffic does not fit in memory at once, and
// predictions are answered between the pieces.
import type { Row } from "@lepta/api";
import { sql } from "drizzle-orm";
import type { Tenant } from "../db/tenant.ts";
import { watchedOf } from "../outcomes/index.ts";
import { predictionSource } from "../serving/prediction-source.ts";

export interface Span {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
}

export interface Served extends Record<string, unknown> {
  /** As it was sent; null where only scores were asked for. */
  row: Row | null;
  /** One number for the outcome: the probability, the number, the mean of a series, the score. */
  score: number | null;
}

/** Predictions a statement: some tens of milliseconds on the embedded database. */
const piece = 2_000;

interface Place {
  at: string;
  id: string;
}

interface Piece {
  served: Served[];
  /** Of the same predictions, in the order of time. */
  events: Place[];
}

/** In no particular order. */
export async function* servedRows(
  tenant: Tenant,
  versionId: string,
  span: Span,
  { rows: withRows }: { rows: boolean },
): AsyncGenerator<Served> {
  for (const hours of await piecesOf(tenant, versionId, span)) {
    let after: Place | undefined;
    do {
      const { served, events }: Piece = await readPiece(tenant, hours, span, after, withRows);
      yield* served;
      // Several hours are one piece; an hour of more is read on from where the piece ended.
      after = hours.length === 1 && events.length === piece ? events.at(-1) : undefined;
    } while (after !== undefined);
  }
}

/** The version's hours in the span, put together up to a piece. */
async function piecesOf(tenant: Tenant, versionId: string, { from, to }: Span): Promise<string[][]> {
  const { rows } = await tenant.transaction((tx) =>
    tx.execute<{ id: string; count: number }>(sql`
      select h.id, h.count::float8 as count from lepta.usage_hours h
      where h.version_id = ${versionId} and h.hour >= date_trunc('hour', ${from.toISOString()}::timestamptz, 'UTC')
        and h.hour < ${to.toISOString()}::timestamptz and h.predicted order by h.hour`),
  );
  const pieces: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const { id, count } of rows) {
    if (size + count > piece) {
      pieces.push([]);
      size = 0;
    }
    pieces.at(-1)!.push(id);
    size += count;
  }
  return pieces;
}

async function readPiece(
  tenant: Tenant,
  hours: readonly string[],
  { from, to }: Span,
  after: Place | undefined,
  withRows: boolean,
): Promise<Piece> {
  const further = after === undefined ? sql`` : sql`and (e.at, e.id) > (${after.at}::timestamptz, ${after.id})`;
  return tenant.transaction(async (tx) => {
    const events = await tx.execute<Place & Record<string, unknown>>(sql`
      select e.at::text as at, e.id from unnest(${sql.param([...hours])}::uuid[]) as h(id) cross join lateral (
        select e.at, e.id from lepta.usage_events e
        where e.hour_id = h.id and e.source = ${predictionSource}
          and e.at >= ${from.toISOString()}::timestamptz and e.at < ${to.toISOString()}::timestamptz ${further}
        order by e.at, e.id limit ${piece}
      ) e order by e.at, e.id`);
    // By ids that are given: a policy keeps the planner from looking rows up by what it would have to convert first.
    const ids = sql.param(events.rows.map(({ id }) => id));
    const { rows } = await tx.execute<Served>(sql`
      select p.row, p.score from unnest(${ids}::uuid[]) as e(id) cross join lateral (
        select ${withRows ? sql`p.row` : sql`null::jsonb`} as row, ${watchedOf(sql`p.outcome`)} as score
        from lepta.predictions p where p.id = e.id limit 1
      ) p`);
    return { served: rows, events: events.rows };
  });
}
