// Makes predictions durable: rows gather while an insert is in flight (group commit), each with its usage event.
import type { Row } from "@lepta/api";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { type Batcher, batcher, type Reservation } from "./batcher.ts";

/** CloudEvents source of the usage events that predictions make; the event's id is the prediction's. */
export const predictionSource = "/predictions";

/** A prediction as it is stored. */
export interface NewPrediction {
  id: string;
  product: string;
  versionId: string;
  /** null: asked for by version, outside the deployment's variants. */
  variantId: string | null;
  row: Row;
  /** The class; for regression the value as text. */
  label: string;
  probability: number | null;
  probabilities: Record<string, number> | null;
  value: number | null;
  subjectHash: string | null;
  /** W3C traceparent of the request. */
  traceparent: string | null;
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

const insertText = `
  with fresh as (
    insert into lepta.predictions (organisation_id, id, product, version_id, variant_id, row, label, probability,
      probabilities, value, subject_hash, traceparent, at)
    select $1::uuid, given.*
    from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::jsonb[], $7::text[], $8::float8[], $9::jsonb[],
      $10::float8[], $11::text[], $12::text[], $13::timestamptz[]) as given
    on conflict do nothing
    returning id, product, version_id, at
  ), used as (
    insert into lepta.usage_events (organisation_id, source, id, product, version_id, quantity, at)
    select $1::uuid, $14, id::text, product, version_id, 1, at from fresh
    on conflict do nothing
  )
  select count(*)::int as fresh, case when count(*) < $15::int then json_agg(id) end as ids from fresh`;

/** @returns for each row whether it is new. Of rows with one id in the same insert the first is. */
async function insertPredictions(tenant: Tenant, rows: NewPrediction[]): Promise<boolean[]> {
  const [result] = await tenant.statement(insertText, [
    tenant.organisationId,
    rows.map((row) => row.id),
    rows.map((row) => row.product),
    rows.map((row) => row.versionId),
    rows.map((row) => row.variantId),
    rows.map((row) => JSON.stringify(row.row)),
    rows.map((row) => row.label),
    rows.map((row) => row.probability),
    rows.map((row) => (row.probabilities === null ? null : JSON.stringify(row.probabilities))),
    rows.map((row) => row.value),
    rows.map((row) => row.subjectHash),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.at.toISOString()),
    predictionSource,
    rows.length,
  ]);
  const { fresh, ids } = result as { fresh: number; ids: string[] | null };
  if (fresh === rows.length) return rows.map(() => true);
  const unseen = new Set(ids);
  return rows.map((row) => unseen.delete(row.id.toLowerCase()));
}
