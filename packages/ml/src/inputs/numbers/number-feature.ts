// What is learnt of a column of numbers, and how: plain JSON.
import { type ColumnReading, literalReading, type NumericColumn, quantileOf } from "@lepta/data";
import { momentsOf } from "../../moments.ts";

/** A repeating part of a timestamp (UTC), given to the model as sine and cosine. */
export type Cycle = "hour" | "weekday" | "year";

/** A column of numbers: booleans are 0 and 1, timestamps milliseconds since 1970 (UTC). */
export interface NumberFeature {
  readonly kind: "number";
  readonly name: string;
  readonly type: NumericColumn["type"];
  /** How its raw values are read, by whatever way they come. */
  readonly reading: ColumnReading;
  /** Stands in for a missing value: the median of the training rows. */
  readonly median: number;
  /** Whether training rows lacked it; then a column of its own says so. */
  readonly missing: boolean;
  /** Whether log(1 + max(x, 0)) is standardised in place of x. */
  readonly log: boolean;
  readonly mean: number;
  /** Standard deviation of the training rows; 0 for a constant column, which then has no effect. */
  readonly scale: number;
  /** Edges of the bins of the piecewise-linear encoding, ascending; fewer than three mean no encoding. */
  readonly edges: readonly number[];
  readonly cycles: readonly Cycle[];
  /** Whether it is taken as it is, less the median, and NaN where it is missing. */
  readonly plain: boolean;
}

export interface NumberFit {
  /** Most bins of the piecewise-linear encoding. */
  readonly bins: number;
  /** Columns that are encoded likewise: thousands of numbers get fewer bins, or none. */
  readonly alike: number;
  /** Whether it is taken as it is: then it has neither bins nor a column that says whether it is missing. */
  readonly plain?: boolean;
  /** Whether a long tail is taken by its logarithm. */
  readonly tails?: boolean;
  /** Whether values are times, which go round in cycles. */
  readonly times?: boolean;
}

/** Most columns of piecewise-linear encodings together. */
const mostEncoded = 4096;

export function fitNumber(
  { name, type, data, reading }: NumericColumn,
  { bins, alike, plain = false, tails = false, times = false }: NumberFit,
): NumberFeature {
  const present = data.filter((value) => !Number.isNaN(value)).sort();
  const median = present.length === 0 ? 0 : quantileOf(present, 0.5);
  const filled = data.map((value) => (Number.isNaN(value) ? median : value));
  const raw = momentsOf(filled);
  const log = tails && !plain && raw.skewness > 1 && hasTail(present);
  const { mean, scale } = log ? momentsOf(filled.map((value) => Math.log(1 + value))) : raw;
  return {
    kind: "number",
    name,
    type,
    reading: reading ?? literalReading(type),
    median,
    missing: !plain && present.length < data.length && present.length > 0,
    log,
    mean,
    scale: Number.isFinite(1 / scale) ? scale : 0,
    edges: binEdges(present, Math.min(bins, Math.floor(mostEncoded / Math.max(1, alike)))),
    cycles: times ? cyclesOf(present) : [],
    plain,
  };
}

/**
 * Amounts and counts: nothing below zero, and values that lie apart by a factor. Milliseconds since 1970 do not: their
 * logarithms would only round away what sets them apart.
 */
function hasTail(sorted: Float64Array): boolean {
  const [low = -1] = sorted;
  return low >= 0 && 1 + sorted[sorted.length - 1]! >= tailFactor * (1 + low);
}

const tailFactor = 1.5;

/** Quantiles as edges (Gorishniy et al. 2022, section 3.2.1); every value is an edge where there are few of them. */
function binEdges(sorted: Float64Array, bins: number): number[] {
  if (bins < 2 || sorted.length === 0) return [];
  const different = [...new Set(sorted)];
  const edges =
    different.length <= bins
      ? different
      : [...new Set(Array.from({ length: bins + 1 }, (_, i) => quantileOf(sorted, i / bins)))];
  const narrow = edges.some((edge, i) => i > 0 && !Number.isFinite(1 / (edge - edges[i - 1]!)));
  return edges.length < 3 || narrow ? [] : edges;
}

const hour = 3_600_000;
const day = 24 * hour;

/** Cycles that the training rows run through: a date without a time has no hour, ten months are no year. */
function cyclesOf(sorted: Float64Array): Cycle[] {
  if (sorted.length === 0) return [];
  const several = (part: (time: number) => number): boolean => new Set(sorted.map(part)).size > 1;
  const cycles: Cycle[] = [];
  if (several((time) => Math.floor(time / hour) % 24)) cycles.push("hour");
  if (several((time) => Math.floor(time / day) % 7)) cycles.push("weekday");
  if (sorted[sorted.length - 1]! - sorted[0]! > 300 * day) cycles.push("year");
  return cycles;
}
