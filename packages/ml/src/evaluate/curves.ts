// ROC and precision–recall curves as columns, ready to draw.
import { MlError } from "../errors.ts";
import { groupWeights, rankRows } from "./ranking.ts";

export interface CurveOptions {
  /** Keep about this many points, evenly by rank, the ends always. Default: all, one a distinct score. */
  readonly maxPoints?: number;
}

/** By falling threshold: rows with score ≥ threshold are called positive. The first threshold calls none. */
export interface RocCurve {
  readonly falsePositiveRate: readonly number[];
  readonly truePositiveRate: readonly number[];
  readonly threshold: readonly number[];
}

export interface PrecisionRecallCurve {
  readonly recall: readonly number[];
  readonly precision: readonly number[];
  readonly threshold: readonly number[];
}

/** The ROC curve from (0, 0) to (1, 1). Throws metric-undefined when a class is absent. */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>, options: CurveOptions = {}): RocCurve {
  const { hits, alarms, threshold } = sweep(labels, scores);
  const positives = hits[hits.length - 1]!;
  const negatives = alarms[alarms.length - 1]!;
  if (positives === 0 || negatives === 0) throw oneClass("ROC curve");
  const keep = kept(threshold.length, options.maxPoints);
  return {
    falsePositiveRate: keep.map((i) => alarms[i]! / negatives),
    truePositiveRate: keep.map((i) => hits[i]! / positives),
    threshold: keep.map((i) => threshold[i]!),
  };
}

/** The precision–recall curve; precision is 1 where nothing is called. Throws metric-undefined without a positive. */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  const { hits, alarms, threshold } = sweep(labels, scores);
  const positives = hits[hits.length - 1]!;
  if (positives === 0) throw oneClass("precision–recall curve");
  const keep = kept(threshold.length, options.maxPoints);
  return {
    recall: keep.map((i) => hits[i]! / positives),
    precision: keep.map((i) => (i === 0 ? 1 : hits[i]! / (hits[i]! + alarms[i]!))),
    threshold: keep.map((i) => threshold[i]!),
  };
}

/** True and false positives at each threshold, the first being above every score (Number.MAX_VALUE: JSON has no infinity). */
function sweep(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): { hits: number[]; alarms: number[]; threshold: number[] } {
  const ranking = rankRows(labels, scores);
  const { positives, negatives } = groupWeights(ranking);
  const hits = [0];
  const alarms = [0];
  const threshold = [Number.MAX_VALUE];
  for (let group = 0; group < positives.length; group++) {
    hits.push(hits[group]! + positives[group]!);
    alarms.push(alarms[group]! + negatives[group]!);
    threshold.push(ranking.scores[ranking.ends[group]! - 1]!);
  }
  return { hits, alarms, threshold };
}

function kept(points: number, maxPoints: number | undefined): number[] {
  if (maxPoints === undefined || points <= maxPoints) return Array.from({ length: points }, (_, i) => i);
  const steps = Math.max(1, Math.floor(maxPoints) - 1);
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (points - 1)) / steps));
}

function oneClass(what: string): MlError {
  return new MlError(
    "metric-undefined",
    `The ${what} needs rows of both classes.`,
    "Measure on more rows, or split the table stratified by its target.",
  );
}
