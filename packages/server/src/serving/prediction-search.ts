// Stored predictions that an index does not name (by variant, answer, truth): the newest are looked through in steps,
// and a page ends where enough were found or enough were looked at, so that it costs the same whatever is stored.
import type { PredictionTruth } from "@lepta/api";
import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import type { Place } from "../db/page.ts";
import { answerOf } from "../outcomes/index.ts";
import { newestPredictions, type PageOf } from "./prediction-page.ts";

export interface SearchFilter {
  /** A variant's name; `noVariant` for what was asked for by version. */
  variant?: string | undefined;
  /** The answer as text: a class, or "true" or "false" for a score. */
  label?: string | undefined;
  truth?: PredictionTruth | undefined;
}

/** What stands for the variant of a prediction that was asked for by version. */
export const noVariant = "none";

/** Predictions looked at in one statement, and in one page. */
export const searchSteps = { step: 1_000, most: 10_000 };

export interface Found {
  /** Newest first. */
  readonly ids: readonly string[];
  /** The last that was looked at, where older ones are left to look at. */
  readonly looked: Place | undefined;
}

export function isSearch({ variant, label, truth }: SearchFilter): boolean {
  return variant !== undefined || label !== undefined || truth !== undefined;
}

/** @param wanted the search ends when it has found so many */
export async function searchPredictions(
  tx: Sql,
  filter: SearchFilter,
  { of, after, wanted }: { of: PageOf | undefined; after: Place | undefined; wanted: number },
  { step, most } = searchSteps,
): Promise<Found> {
  const ids: string[] = [];
  let looked = after;
  for (let count = 0; ; ) {
    const newest = await newestPredictions(tx, { of, after: looked, limit: step });
    ids.push(...(await matching(tx, newest, filter)));
    const last = newest.at(-1);
    if (last === undefined || newest.length < step) return { ids, looked: undefined };
    looked = await placeOfPrediction(tx, last);
    count += newest.length;
    if (ids.length >= wanted || count >= most) return { ids, looked };
  }
}

/** Those that the filter takes, in the order given. */
async function matching(tx: Sql, ids: readonly string[], { variant, label, truth }: SearchFilter): Promise<string[]> {
  const conditions: SQL[] = [sql`true`];
  if (variant === noVariant) conditions.push(sql`p.variant_id is null`);
  else if (variant !== undefined) {
    // Deployments follow each other; a name is the same part in each.
    conditions.push(sql`p.variant_id in (select v.id from lepta.variants v where v.name = ${variant})`);
  }
  if (label !== undefined) conditions.push(sql`p.answer #>> '{}' = ${label}`);
  if (truth !== undefined) conditions.push(truths[truth]);
  // By the keys of the step's predictions, one look-up each: a join would leave the way to the planner.
  const { rows } = await tx.execute<{ id: string }>(sql`
    select p.id from unnest(${sql.param([...ids])}::uuid[]) with ordinality as given(id, place)
    cross join lateral (
      select p.id, p.variant_id, ${answerOf(sql`p.outcome`)} as answer,
        (select f.label from lepta.feedback f where f.prediction_id = p.id) as truth
      from lepta.predictions p where p.id = given.id
    ) p where ${sql.join(conditions, sql` and `)} order by given.place`);
  return rows.map(({ id }) => id);
}

/** Of numbers, right is exactly equal. */
const truths: Readonly<Record<PredictionTruth, SQL>> = {
  right: sql`p.truth = p.answer`,
  wrong: sql`p.truth <> p.answer`,
  labelled: sql`p.truth is not null`,
  unlabelled: sql`p.truth is null`,
};

async function placeOfPrediction(tx: Sql, id: string): Promise<Place> {
  const { rows } = await tx.execute<{ at: number }>(
    sql`select (extract(epoch from at) * 1000)::float8 as at from lepta.predictions where id = ${id}`,
  );
  return { at: new Date(rows[0]!.at), id };
}
