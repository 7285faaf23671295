// Makes predictions durable: rows gather while an insert is in flight (group commit), each with its usage event.
import type { Outcome, Row } from "@lepta/api";
import { openHour } from "../db/open-hour.ts";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { type Batcher, batcher, type Reservation } from "../serving/batcher.ts";
import { predictionSource } from "../serving/prediction-source.ts";

/** A prediction as it is stored. */
export interface NewPrediction {
  id: string;
  product: string;
  versionId: string;
  /** null: asked for by version, outside the deployment's variants. */
  variantId: string | null;
  row: Row;
  /** All of its numbers are finite. */
  outcome: Outcome;
  subjectHash: string | null;
  /** W3C traceparent of the request. */
  traceparent: string | null;
  /** The organisation's own use: counted, never billed. */
  own: boolean;
  at: Date;
}

export interface PredictionWriter {
  /**
   * Resolves once the prediction and its usage event are committed: true. False when the id was there before; then
   * nothing was written.
   */
  write(organisationId: string, prediction: NewPrediction): Promise<boolean>;
  /** Places for a whole request's predictions, each then written as by `write`. @throws ApiError overloaded */
  reserve(organisationId: string, count: number): Reservation<NewPrediction, boolean>;
  readonly waiting: number;
  /** Resolves when the organisation's insert in flight has ended; undefined when there is none. */
  inFlight(organisationId: string): Promise<void> | undefined;
  /** Resolves when everything written so far is durable. */
  idle(): Promise<void>;
}

/** Largest insert. Larger ones cost the same a row (docs/decisions/0010) and answer later. */
const cap = 256;

export function predictionWriter(store: Store, onRun?: (size: number) => void): PredictionWriter {
  const writers = new Map<string, Batcher<NewPrediction, boolean>>();
  function of(organisationId: string): Batcher<NewPrediction, boolean> {
    let writer = writers.get(organisationId);
    if (!writer) {
      const tenant = store.tenant(organisationId);
      const insert = (rows: NewPrediction[]) => insertPredictions(tenant, rows);
      writer = batcher((rows) => insertApart(rows, insert), { cap, ...(onRun ? { onRun } : {}) });
      writers.set(organisationId, writer);
    }
    return writer;
  }
  return {
    write: (organisationId, prediction) => of(organisationId).add(prediction),
    reserve: (organisationId, count) => of(organisationId).reserve(count),
    inFlight: (organisationId) => writers.get(organisationId)?.current(),
    get waiting() {
      return [...writers.values()].reduce((sum, writer) => sum + writer.waiting, 0);
    },
    async idle() {
      await Promise.all([...writers.values()].map((writer) => writer.idle()));
    },
  };
}

/** One bad row must not fail its neighbours: when the database refuses the rows' values, each goes alone. */
async function insertApart(
  rows: NewPrediction[],
  insert: (rows: NewPrediction[]) => Promise<boolean[]>,
): Promise<(boolean | Error)[]> {
  try {
    return await insert(rows);
  } catch (error) {
    if (rows.length === 1 || !refusesValues(error)) throw error;
    const results: (boolean | Error)[] = [];
    for (const row of rows) {
      try {
        results.push((await insert([row]))[0] as boolean);
      } catch (one) {
        results.push(one instanceof Error ? one : new Error(String(one)));
      }
    }
    return results;
  }
}

/** SQLSTATE class 22 (data exception) or 23 (integrity constraint violation), wherever in the chain of causes. */
function refusesValues(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ("code" in one && typeof one.code === "string" && /^2[23]...$/.test(one.code)) return true;
  }
  return false;
}

/**
 * Predictions, their usage events, the events' counts by hour and the variants' counts, in one statement. Only
 * predictions that are new are counted; their events are new with them, because no one else may name the source
 * (metering/usage.ts). Rows that others write too are locked in one order: hours, subjects, then variants' sums.
 */
const insertText = `
  with fresh as (
    insert into lepta.predictions (organisation_id, id, product, version_id, variant_id, row, outcome, subject_hash,
      traceparent, own, at)
    select $1::uuid, given.*
    from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::jsonb[], $7::jsonb[], $8::text[], $9::text[],
      $10::bool[], $11::timestamptz[]) as given
    on conflict do nothing
    returning id, product, version_id, variant_id, subject_hash, own, at
  ), priced as materialized (
    select f.*, date_trunc('hour', f.at, 'UTC') as hour, (
      select p.id from lepta.prices p where p.product = f.product and p.effective_from <= f.at
      order by p.effective_from desc limit 1) as price_id
    from fresh f
  ), hours as (
    insert into lepta.usage_hours as h (organisation_id, id, product, version_id, own, predicted, hour, price_id, count)
    select $1::uuid, gen_random_uuid(), product, version_id, own, true, hour, price_id, count(*)
    from priced group by product, version_id, own, hour, price_id
    order by product, version_id, own, hour, price_id
    on conflict ${openHour} do update set count = h.count + excluded.count
    returning h.id, h.product, h.version_id, h.own, h.hour, h.price_id
  ), used as (
    insert into lepta.usage_events (organisation_id, source, id, hour_id, quantity, at)
    select $1::uuid, $12, p.id::text, h.id, 1, p.at
    from priced p join hours h on h.product = p.product and h.version_id = p.version_id and h.own = p.own
      and h.hour = p.hour and h.price_id is not distinct from p.price_id
  ), subjects as (
    insert into lepta.experiment_units (organisation_id, variant_id, subject_hash)
    select $1::uuid, variant_id, subject_hash from fresh cross join (select count(*) from hours) first
    where variant_id is not null and subject_hash is not null
    group by variant_id, subject_hash order by variant_id, subject_hash
    on conflict do nothing
    returning variant_id
  ), sums as (
    insert into lepta.experiment_sums as s (organisation_id, variant_id, predictions, units)
    select $1::uuid, variant_id, sum(predictions), sum(units) from (
      select variant_id, 1 as predictions, (subject_hash is null)::int as units from fresh where variant_id is not null
      union all select variant_id, 0, 1 from subjects
    ) counted group by variant_id order by variant_id
    on conflict (organisation_id, variant_id)
      do update set predictions = s.predictions + excluded.predictions, units = s.units + excluded.units
  )
  select count(*)::int as fresh, case when count(*) < $13::int then json_agg(id) end as ids from fresh`;

/** @returns for each row whether it is new. Of rows with one id in the same insert the first is. */
async function insertPredictions(tenant: Tenant, rows: NewPrediction[]): Promise<boolean[]> {
  const values = [
    tenant.organisationId,
    rows.map((row) => row.id),
    rows.map((row) => row.product),
    rows.map((row) => row.versionId),
    rows.map((row) => row.variantId),
    rows.map((row) => JSON.stringify(row.row)),
    rows.map((row) => JSON.stringify(row.outcome)),
    rows.map((row) => row.subjectHash),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.own),
    rows.map((row) => row.at.toISOString()),
    predictionSource,
    rows.length,
  ];
  const [result] = await tenant.statement(insertText, values, { shared: "prices" });
  const { fresh, ids } = result as { fresh: number; ids: string[] | null };
  if (fresh === rows.length) return rows.map(() => true);
  const unseen = new Set(ids);
  return rows.map((row) => unseen.delete(row.id.toLowerCase()));
}
