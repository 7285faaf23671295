// Fits the feature pipeline on the rows of the training part: medians, scales, bins and categories.
import {
  cellReader,
  columnOf,
  isNumeric,
  literalReading,
  type NumericColumn,
  quantileOf,
  type Schema,
  type StringColumn,
  type Table,
} from "@lepta/data";
import { MlError } from "../errors.ts";
import { type FeaturePipeline, featurePipeline } from "./feature-pipeline.ts";
import type { CategoryFeature, Cycle, Encoding, Feature, NumberFeature } from "./feature-state.ts";
import { momentsOf } from "./moments.ts";

export interface FeatureOptions {
  /** Default "piecewise". */
  readonly encoding?: Encoding;
  /** Most bins a number in the piecewise-linear encoding; fewer where there are more than 512 numbers. Default 8. */
  readonly bins?: number;
  /** Most categories with a column of their own; the rarest beyond it are put together (see `learnEffects`). Default 64. */
  readonly categories?: number;
}

/** Most columns of piecewise-linear encodings together: thousands of numbers get fewer bins, or none. */
const mostEncoded = 4096;

/**
 * Learns from `table` (the training part) how to turn the schema's features into numbers.
 * Free text is no feature: the result says that it is left out. Throws `no-features`.
 */
export function fitFeatures(
  table: Table,
  schema: Pick<Schema, "features">,
  options: FeatureOptions = {},
): FeaturePipeline {
  const { encoding = "piecewise", bins = 8, categories = 64 } = options;
  const leftOut: { name: string; reason: string }[] = [];
  const features: Feature[] = [];
  const numbers = schema.features.filter(({ type }) => type !== "category" && type !== "text").length;
  const own = Math.min(bins, Math.floor(mostEncoded / Math.max(1, numbers)));
  for (const { name, type } of schema.features) {
    const column = columnOf(table, name);
    if (type === "text") leftOut.push({ name, reason: "free text: not used as a feature" });
    else if (isNumeric(column)) features.push(fitNumber(column, encoding === "piecewise" ? own : 0));
    else features.push(fitCategory(column, categories));
  }
  if (features.length === 0)
    throw new MlError(
      "no-features",
      `The table has no column to learn from${leftOut.map(({ name, reason }) => `; ${name}: ${reason}`).join("")}.`,
      "Give at least one column of numbers, categories, booleans or times beside the target.",
    );
  return featurePipeline({ encoding, features }, leftOut);
}

function fitNumber({ name, type, data, reading }: NumericColumn, bins: number): NumberFeature {
  const present = data.filter((value) => !Number.isNaN(value)).sort();
  const median = present.length === 0 ? 0 : quantileOf(present, 0.5);
  const filled = data.map((value) => (Number.isNaN(value) ? median : value));
  const raw = momentsOf(filled);
  const log = type === "number" && raw.skewness > 1 && hasTail(present);
  const { mean, scale } = log ? momentsOf(filled.map((value) => Math.log(1 + value))) : raw;
  return {
    kind: "number",
    name,
    type,
    reading: reading ?? literalReading(type),
    median,
    missing: present.length < data.length && present.length > 0,
    log,
    mean,
    scale: Number.isFinite(1 / scale) ? scale : 0,
    edges: binEdges(present, bins),
    cycles: type === "timestamp" ? cyclesOf(present) : [],
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

function fitCategory(
  { name, data, reading = literalReading("category") }: StringColumn,
  most: number,
): CategoryFeature {
  const counts = new Map<string, number>();
  const read = cellReader(reading);
  for (const raw of data) {
    const value = String(read(raw) ?? "");
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const absent = counts.get("") ?? 0;
  counts.delete("");
  const byCount = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const categories = byCount
    .slice(0, most)
    .map(([category]) => category)
    .sort();
  const rows = Math.max(1, data.length);
  return {
    kind: "category",
    name,
    reading,
    categories,
    shares: [...categories.map((category) => counts.get(category)! / rows), absent / rows],
    missing: absent > 0,
    other: byCount.length > most,
    different: byCount.length,
    effects: null,
  };
}
