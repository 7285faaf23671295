// Drift of what is served against what was trained on: of each input, and of the score between two spans of time.
import { and, asc, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import { predictions } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireVersion, type VersionKey } from "../registry/versions.ts";
import { populationStability, type Stability, smallTogether } from "./psi.ts";
import { binOf, cellsOf, expectedShares, referenceRows, referencesOf } from "./reference.ts";

export interface DriftRequest {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  /** Index, less what chance alone gives, from which a feature may count as drifted. Default 0.2. */
  threshold?: number;
}

export interface Drift extends Stability {
  /**
   * The index less its noise reaches the threshold, and chance is no explanation: without drift a report calls any drift
   * one time in twenty at most, however many features it has and however few rows.
   */
  drifted: boolean;
}

export interface FeatureDrift extends Drift {
  name: string;
}

export interface DriftReport {
  version: string;
  /** Predictions in the span. */
  rows: number;
  /** Worst first. */
  features: FeatureDrift[];
  /** Of the score against the span of the same length before it; null where either has no scores. */
  score: Drift | null;
}

/** How often a report may call a drift where there is none. */
const falseAlarms = 0.05;

/** Rows read at a time: a month of traffic does not fit in memory at once. */
const chunk = 5_000;

/** @throws ApiError version-not-found */
export async function inputDrift(tenant: Tenant, key: VersionKey, request: DriftRequest): Promise<DriftReport> {
  const { from, to, threshold = 0.2 } = request;
  const version = await tenant.transaction((tx) => requireVersion(tx, key));
  const references = referencesOf(version.manifest);
  const counts = references.map((reference) => expectedShares(reference).map(() => 0));
  const cellOf = cellsOf(version.manifest);
  let rows = 0;
  for await (const row of servedRows(tenant, version.id, from, to)) {
    rows++;
    for (const [i, reference] of references.entries()) {
      const bins = counts[i]!;
      const bin = binOf(reference, cellOf(reference.name, row[reference.name]));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  const trained = referenceRows(version.manifest);
  const inputs = references.map((reference, i) => ({
    name: reference.name,
    ...populationStability(expectedShares(reference), counts[i]!, trained),
  }));
  const score = await scoreDrift(tenant, version.id, from, to);
  const tested = score === null ? inputs : [...inputs, score];
  const unlikely = smallTogether(
    tested.map(({ pValue }) => pValue),
    falseAlarms,
  );
  const judged = <S extends Stability>(one: S, i: number): S & Drift => ({
    ...one,
    drifted: unlikely[i]! && one.psi - one.noise >= threshold,
  });
  const features = inputs.map(judged).sort((a, b) => b.psi - b.noise - (a.psi - a.noise));
  return { version: version.id, rows, features, score: score && judged(score, inputs.length) };
}

async function* servedRows(tenant: Tenant, versionId: string, from: Date, to: Date) {
  let last: string | undefined;
  for (;;) {
    const rows = await tenant.transaction((tx) =>
      tx
        .select({ id: predictions.id, row: predictions.row })
        .from(predictions)
        .where(and(inSpan(versionId, from, to), last === undefined ? undefined : gt(predictions.id, last)))
        .orderBy(asc(predictions.id))
        .limit(chunk),
    );
    for (const { row } of rows) yield row;
    last = rows.at(-1)?.id;
    if (rows.length < chunk || last === undefined) return;
  }
}

/** Ten bins whose edges are the deciles of the span before, found and filled by the database. */
async function scoreDrift(tenant: Tenant, versionId: string, from: Date, to: Date): Promise<Stability | null> {
  const before = inSpan(versionId, new Date(2 * from.getTime() - to.getTime()), from);
  return tenant.transaction(async (tx) => {
    const [found] = await tx
      .select({
        deciles: sql<
          number[] | null
        >`to_jsonb(percentile_disc(array[.1, .2, .3, .4, .5, .6, .7, .8, .9]) within group (order by ${score}))`,
      })
      .from(predictions)
      .where(and(before, sql`${score} is not null`));
    const edges = [...new Set(found?.deciles ?? [])];
    if (edges.length === 0) return null;
    const bins = async (span: SQL | undefined) => {
      const bin = sql<number>`width_bucket(${score}, ${sql.param(edges)}::float8[])`;
      const rows = await tx
        .select({ bin, count: sql<number>`count(*)::float8` })
        .from(predictions)
        .where(and(span, sql`${score} is not null`))
        .groupBy(sql`1`);
      const counts = new Map(rows.map((row) => [row.bin, row.count]));
      return Array.from({ length: edges.length + 1 }, (_, i) => counts.get(i) ?? 0);
    };
    const [expected, now] = [await bins(before), await bins(inSpan(versionId, from, to))];
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    if (sum(now) === 0) return null;
    return populationStability(
      expected.map((count) => count / sum(expected)),
      now,
      sum(expected),
    );
  });
}

/** The probability; for regression the value. */
const score = sql`coalesce(${predictions.probability}, ${predictions.value})`;

function inSpan(versionId: string, from: Date, to: Date) {
  return and(eq(predictions.versionId, versionId), gte(predictions.at, from), lt(predictions.at, to));
}
