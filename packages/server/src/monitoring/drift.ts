// Drift of what is served against what was trained on: of each input, and of the score between two spans of time.
import { expectedShares, profileBin } from "@lepta/ml";
import type { Tenant } from "../db/tenant.ts";
import { requireVersion, type VersionKey } from "../registry/versions.ts";
import { populationStability, type Stability, smallTogether } from "./psi.ts";
import { cellsOf, referenceRows, referencesOf } from "./reference.ts";
import { type Span, servedRows } from "./served-rows.ts";

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

/** @throws ApiError version-not-found */
export async function inputDrift(tenant: Tenant, key: VersionKey, request: DriftRequest): Promise<DriftReport> {
  const { from, to, threshold = 0.2 } = request;
  const version = await tenant.transaction((tx) => requireVersion(tx, key));
  const references = referencesOf(version.manifest);
  const counts = references.map((reference) => expectedShares(reference).map(() => 0));
  const cellOf = cellsOf(version.manifest);
  const earlier = new Date(2 * from.getTime() - to.getTime());
  const before = await scoresBefore(tenant, version.id, { from: earlier, to: from });
  const scores = before.bins.map(() => 0);
  let rows = 0;
  for await (const served of servedRows(tenant, version.id, { from, to }, { rows: true })) {
    rows++;
    const { score } = served;
    const row = served.row ?? {};
    if (score !== null) scores[bucketOf(before.edges, score)]! += 1;
    for (const [i, reference] of references.entries()) {
      const bins = counts[i]!;
      const bin = profileBin(reference, cellOf(reference.name, row[reference.name]));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }
  const trained = referenceRows(version.manifest);
  const inputs = references.map((reference, i) => ({
    name: reference.name,
    ...populationStability(expectedShares(reference), counts[i]!, trained),
  }));
  const score = scoreDrift(before.bins, scores);
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

/** The scores of the span before, and ten bins whose edges are their deciles. */
async function scoresBefore(
  tenant: Tenant,
  versionId: string,
  span: Span,
): Promise<{ edges: number[]; bins: number[] }> {
  const scores: number[] = [];
  for await (const { score } of servedRows(tenant, versionId, span, { rows: false })) {
    if (score !== null) scores.push(score);
  }
  const sorted = Float64Array.from(scores).sort();
  // The first value at or below which a tenth, two tenths, … of all are.
  const deciles = Array.from({ length: 9 }, (_, i) => sorted[Math.ceil(((i + 1) / 10) * sorted.length) - 1]);
  const edges = [...new Set(deciles.flatMap((edge) => edge ?? []))];
  const bins = Array.from({ length: edges.length + 1 }, () => 0);
  for (const score of sorted) bins[bucketOf(edges, score)]! += 1;
  return { edges, bins };
}

/** How many of the edges are not above the score. */
function bucketOf(edges: readonly number[], score: number): number {
  let bucket = 0;
  while (bucket < edges.length && edges[bucket]! <= score) bucket++;
  return bucket;
}

/** Of the scores in the bins; null where either span has none. */
function scoreDrift(before: readonly number[], now: readonly number[]): Stability | null {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const all = sum(before);
  if (all === 0 || sum(now) === 0) return null;
  return populationStability(
    before.map((count) => count / all),
    [...now],
    all,
  );
}
