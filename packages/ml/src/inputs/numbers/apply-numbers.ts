// Numbers in graph operators: impute, standardise, encode, all in float64 until the last cast.
import { numberMarkers } from "@lepta/data";
import {
  add,
  cast,
  clip,
  concat,
  constant,
  cos,
  equal,
  floor,
  gather,
  isNaN as isMissing,
  log,
  max,
  mul,
  or,
  sin,
  sub,
  type Tensor,
  where,
} from "@lepta/nn";
import type { FeatureKind } from "../input-kind.ts";
import type { Cycle, NumberFeature } from "./number-feature.ts";

/** Standard deviations from the mean beyond which a value counts as this far: keeps float32 finite for any input. */
const farthest = 100;

export const numberFeatures: FeatureKind<NumberFeature> = {
  apply: (features, inputs) => {
    const { plain, encoded } = byForm(features);
    return [
      ...(encoded.length === 0 ? [] : numberParts(encoded, inputs)),
      ...(plain.length === 0 ? [] : plainParts(plain, inputs)),
    ];
  },
  columns: (all) => {
    const { plain, encoded } = byForm(all);
    return [...encodedColumns(encoded), ...plainColumns(plain)];
  },
  notes: () => [],
};

function byForm(features: readonly NumberFeature[]): Readonly<Record<"plain" | "encoded", NumberFeature[]>> {
  return { plain: features.filter(({ plain }) => plain), encoded: features.filter(({ plain }) => !plain) };
}

function encodedColumns(features: readonly NumberFeature[]): string[] {
  return [
    ...features.map(({ name }) => name),
    ...features.flatMap(({ name, missing }) => (missing ? [`${name} is missing`] : [])),
    ...features.flatMap(({ name, edges }) => edges.slice(1).map((edge, i) => `${name} in ${edges[i]} to ${edge}`)),
    ...features.flatMap(({ name, cycles }) => cycles.map((cycle) => `sine of ${name}'s ${cycle}`)),
    ...features.flatMap(({ name, cycles }) => cycles.map((cycle) => `cosine of ${name}'s ${cycle}`)),
  ];
}

function plainColumns(features: readonly NumberFeature[]): string[] {
  return [
    ...features.map(({ name }) => name),
    ...features.flatMap(({ name, cycles }) => cycles.map((cycle) => `${name}'s ${cycle}`)),
  ];
}

/** The raw numbers [N, columns] in float64, and which of them are missing. */
function rawNumbers(
  features: readonly NumberFeature[],
  inputs: Readonly<Record<string, Tensor>>,
): { readonly raw: Tensor; readonly missing: Tensor } {
  const columns = features.map(({ name }) => inputs[name]!);
  const raw = columns.length === 1 ? columns[0]! : concat(columns, 1);
  return { raw, missing: missingNumbers(features, raw) };
}

/** Beyond what any number of float32 is from the median counts as this far. */
const farthestPlain = 1e38;

/**
 * What trees split by, in sums and products alone, which are the same on every machine: numbers less their median (large
 * ones keep their last digits in float32), and how far through a cycle a time is, from 0 to 1; NaN where it is missing.
 */
function plainParts(features: readonly NumberFeature[], inputs: Readonly<Record<string, Tensor>>): Tensor[] {
  const { raw, missing } = rawNumbers(features, inputs);
  const medians = row(features.map(({ median }) => median));
  const filled = where(missing, medians, raw);
  const centred = cast(clip(sub(filled, medians), -farthestPlain, farthestPlain), "float32");
  const parts = [where(missing, Number.NaN, centred)];
  if (features.some(({ cycles }) => cycles.length > 0)) {
    const through = cast(shareOfCycles(features, filled), "float32");
    const own = features.flatMap(({ cycles }, at) => cycles.map(() => at));
    parts.push(where(gather(missing, own, 1), Number.NaN, through));
  }
  return parts;
}

/** Standardised values, missing indicators, piecewise-linear encodings, cycles; the columns are worked on together. */
function numberParts(features: readonly NumberFeature[], inputs: Readonly<Record<string, Tensor>>): Tensor[] {
  const { raw, missing } = rawNumbers(features, inputs);
  const filled = where(missing, row(features.map(({ median }) => median)), raw);
  const parts = [standardised(features, filled)];
  const indicated = indices(features, (feature) => feature.missing);
  if (indicated.length > 0) parts.push(cast(gather(missing, indicated, 1), "float32"));
  const encoded = indices(features, ({ edges }) => edges.length > 2);
  if (encoded.length > 0) parts.push(piecewise(features, filled));
  if (features.some(({ cycles }) => cycles.length > 0)) parts.push(...cyclic(features, filled));
  return parts;
}

/** Whether a number is missing: NaN, or one that means it (-999). */
function missingNumbers(features: readonly NumberFeature[], raw: Tensor): Tensor {
  const markers = features.map(({ reading }) => numberMarkers(reading));
  let missing = isMissing(raw);
  for (let at = 0; at < Math.max(...markers.map(({ length }) => length)); at++)
    missing = or(missing, equal(raw, row(markers.map((own) => own[at] ?? Number.NaN))));
  return missing;
}

function standardised(features: readonly NumberFeature[], filled: Tensor): Tensor {
  let values = filled;
  if (features.some((feature) => feature.log)) {
    const tail = constant({
      data: Uint8Array.from(features, (feature) => Number(feature.log)),
      shape: [1, features.length],
      dtype: "bool",
    });
    values = where(tail, log(add(max(filled, 0), 1)), filled);
  }
  const centred = sub(values, row(features.map(({ mean }) => mean)));
  const inverse = row(features.map(({ scale }) => (scale > 0 ? 1 / scale : 0)));
  return cast(clip(mul(centred, inverse), -farthest, farthest), "float32");
}

/**
 * Piecewise-linear encoding (Gorishniy et al. 2022): for each bin the share of it that lies below the value.
 * Values outside of the bins count as the nearest edge; beyond it the standardised value alone goes on.
 */
function piecewise(features: readonly NumberFeature[], filled: Tensor): Tensor {
  const bins = features.flatMap(({ edges }, at) =>
    edges.slice(1).map((high, i) => ({ at, low: edges[i]!, inverse: 1 / (high - edges[i]!) })),
  );
  const picked = gather(
    filled,
    bins.map(({ at }) => at),
    1,
  );
  const inside = mul(sub(picked, row(bins.map(({ low }) => low))), row(bins.map(({ inverse }) => inverse)));
  return cast(clip(inside, 0, 1), "float32");
}

const day = 86_400_000;
/** Length in ms, and the time at which a cycle begins: 1970-01-05 was a Monday. */
const cycleLengths: Readonly<Record<Cycle, { readonly length: number; readonly start: number }>> = {
  hour: { length: day, start: 0 },
  weekday: { length: 7 * day, start: 4 * day },
  year: { length: 365.2425 * day, start: 0 },
};

function cyclic(features: readonly NumberFeature[], filled: Tensor): Tensor[] {
  const angle = mul(cast(shareOfCycles(features, filled), "float32"), 2 * Math.PI);
  return [sin(angle), cos(angle)];
}

/** How far through each of its cycles a time is, from 0 to below 1. */
function shareOfCycles(features: readonly NumberFeature[], filled: Tensor): Tensor {
  const turns = features.flatMap(({ cycles }, at) => cycles.map((cycle) => ({ at, ...cycleLengths[cycle] })));
  const picked = gather(
    filled,
    turns.map(({ at }) => at),
    1,
  );
  const passed = mul(sub(picked, row(turns.map(({ start }) => start))), row(turns.map(({ length }) => 1 / length)));
  return sub(passed, floor(passed));
}

function row(values: readonly number[]): Tensor {
  return constant({ data: Float64Array.from(values), shape: [1, values.length] });
}

function indices(features: readonly NumberFeature[], wanted: (feature: NumberFeature) => boolean): number[] {
  return features.flatMap((feature, at) => (wanted(feature) ? [at] : []));
}
