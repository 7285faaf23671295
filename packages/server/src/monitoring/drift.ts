// Drift of what is served against what was trained on: of each input, and of the score between two spans of time.
import { and, asc, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import { predictions } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireVersion, type VersionKey } from "../registry/versions.ts";
import { populationStability } from "./psi.ts";
import { binOf, expectedShares, referencesOf } from "./reference.ts";

export interface DriftRequest {
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  /** Index from which a feature counts as drifted. Default 0.2. */
  threshold?: number;
}

export interface FeatureDrift {
  name: string;
  psi: number;
  drifted: boolean;
}

export interface DriftReport {
  version: string;
  /** Predictions in the span. */
  rows: number;
  /** Worst first. */
  features: FeatureDrift[];
  /** Of the score against the span of the same length before it; null where either has no scores. */
  scorePsi: number | null;
}

/** Rows read at a time: a month of traffic does not fit in memory at once. */
const chunk = 5_000;

/** @throws ApiError version-not-found */
export async function inputDrift(tenant: Tenant, key: VersionKey, request: DriftRequest): Promise<DriftReport> {
  const { from, to, threshold = 0.2 } = request;
  const version = await tenant.transaction((tx) => requireVersion(tx, key));
  const references = referencesOf(version.manifest);
  const counts = references.map((reference) => expectedShares(reference).map(() => 0));
  let rows = 0;
  for await (const row of servedRows(tenant, version.id, from, to)) {
    rows++;
    for (const [i, reference] of references.entries()) {
      const bins = counts[i]!;
      const bin = binOf(reference, row[reference.name]);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  const features = references.map((reference, i) => {
    const psi = populationStability(expectedShares(reference), counts[i]!);
    return { name: reference.name, psi, drifted: psi >= threshold };
  });
  features.sort((a, b) => b.psi - a.psi);
  return { version: version.id, rows, features, scorePsi: await scoreDrift(tenant, version.id, from, to) };
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
async function scoreDrift(tenant: Tenant, versionId: string, from: Date, to: Date): Promise<number | null> {
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
    );
  });
}

/** The probability; for regression the value. */
const score = sql`coalesce(${predictions.probability}, ${predictions.value})`;

function inSpan(versionId: string, from: Date, to: Date) {
  return and(eq(predictions.versionId, versionId), gte(predictions.at, from), lt(predictions.at, to));
}
