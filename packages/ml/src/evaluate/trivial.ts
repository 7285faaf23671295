// The trivial policy: the best answer that looks at no row, measured beside a model on the same rows.
import { quantileOf } from "@lepta/data";
import jstat from "jstat";
import { momentsOf } from "../moments.ts";
import type { Labels, TaskPredictions } from "../tasks/predictions.ts";
import { boundedMean, type UnitGroup } from "./bounded-mean.ts";
import { classIndices, type MetricValues, pointMetrics, positiveIndex } from "./evaluate-predictions.ts";
import { spreadOf } from "./intervals/spread.ts";
import type { CostMatrix } from "./threshold.ts";

/** What the rows learnt from say of the target alone. Plain JSON. */
export type Constant =
  | { readonly kind: "shares"; readonly shares: readonly number[] }
  | { readonly kind: "centre"; readonly mean: number; readonly median: number };

/** How much less a model loses a row than the trivial policy; bounds are null where too few rows give none. */
export interface Gain {
  readonly loss: "cost" | "logLoss" | "squaredError";
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Trivial {
  /** What it does, in words. */
  readonly policy: string;
  /** Its metrics, each of the answer that is best by it. */
  readonly metrics: MetricValues;
  /** Mean cost a row of its decision; null without costs. */
  readonly meanCost: number | null;
  /** Of the model over it: by cost where there are costs, else by log loss or squared error. */
  readonly gain: Gain;
  /** Whether the whole interval of the gain lies above 0. */
  readonly beaten: boolean;
}

/** @param classes of the target; undefined for numbers */
export function constantOf(labels: Labels, classes: readonly string[] | undefined): Constant {
  if (classes === undefined) {
    const values = Float64Array.from(labels as Float64Array).sort();
    return { kind: "centre", mean: momentsOf(values).mean, median: quantileOf(values, 0.5) };
  }
  const counts = new Map<string, number>();
  for (const label of labels as readonly string[]) counts.set(label, (counts.get(label) ?? 0) + 1);
  return { kind: "shares", shares: classes.map((name) => (counts.get(name) ?? 0) / labels.length) };
}

/**
 * Log loss, AUC and calibration are those of the shares of the classes learnt from, accuracy and F1 of the commonest
 * class, cost of the class that is cheaper for all; RMSE and R² of the mean, MAE of the median.
 * The gain is the mean of the rows' differences, so both see the same rows: by costs with the exact interval of bounded
 * numbers, else with Student's t. Fewer than 10 rows bound no unbounded loss. With `groups` (one small whole number a row:
 * rows of one number were drawn together) the intervals are over draws of groups, and it takes 10 of them.
 */
export function trivialBeside(
  predictions: TaskPredictions,
  constant: Constant,
  decision: {
    readonly threshold: number | null;
    readonly costs: CostMatrix | null;
    readonly groups?: Int32Array | undefined;
  },
): Trivial {
  const { threshold, costs, groups } = decision;
  if (predictions.task === "regression") return besideNumbers(predictions, constant, groups);
  const { classes, labels, probabilities } = predictions;
  const shares = constant.kind === "shares" ? constant.shares : classes.map(() => 1 / classes.length);
  const flat = Float32Array.from({ length: labels.length * classes.length }, (_, i) => shares[i % classes.length]!);
  const metrics = pointMetrics({ ...predictions, probabilities: flat });
  if (predictions.task === "binary" && threshold !== null && costs !== null)
    return { ...besideCosts(predictions, shares, threshold, costs, groups), metrics };
  const truth = classIndices(labels, classes);
  const differences = Float64Array.from(truth, (label, row) => {
    const [own, other] = [probabilities[row * classes.length + label]!, shares[label]!];
    return Math.log(Math.max(own, 2 ** -23)) - Math.log(Math.max(other, 2 ** -23));
  });
  const gain: Gain = { loss: "logLoss", ...studentInterval(differences, groups) };
  return { policy: always(classes, shares), metrics, meanCost: null, gain, beaten: isBeaten(gain) };
}

function always(classes: readonly string[], shares: readonly number[]): string {
  return `"${classes[shares.indexOf(Math.max(...shares))]}" for every row`;
}

function besideCosts(
  predictions: Exclude<TaskPredictions, { readonly task: "regression" }>,
  shares: readonly number[],
  threshold: number,
  costs: CostMatrix,
  groups: Int32Array | undefined,
): Omit<Trivial, "metrics"> {
  const { classes, labels, probabilities, positive } = predictions;
  const at = positiveIndex(classes, positive);
  const costOf = (isPositive: boolean, called: boolean): number =>
    isPositive
      ? called
        ? (costs.truePositive ?? 0)
        : costs.falseNegative
      : called
        ? costs.falsePositive
        : (costs.trueNegative ?? 0);
  const expected = (called: boolean): number =>
    shares[at]! * costOf(true, called) + (1 - shares[at]!) * costOf(false, called);
  const called = expected(true) < expected(false);
  const units = new Map<number, { rows: number; sum: number }>();
  let trivialCost = 0;
  for (const [row, label] of classIndices(labels, classes).entries()) {
    const isPositive = label === at;
    const trivial = costOf(isPositive, called);
    const sum = trivial - costOf(isPositive, probabilities[row * 2 + at]! >= threshold);
    trivialCost += trivial;
    const unit = units.get(groups?.[row] ?? row);
    if (unit === undefined) units.set(groups?.[row] ?? row, { rows: 1, sum });
    else {
      unit.rows++;
      unit.sum += sum;
    }
  }
  const differences = [true, false].map((isPositive) => costOf(isPositive, called) - costOf(isPositive, !called));
  const bounds = { low: Math.min(0, ...differences), high: Math.max(0, ...differences) };
  const interval = boundedMean(alike(units.values()), bounds);
  const gain: Gain = { loss: "cost", value: interval!.value, low: interval!.low, high: interval!.high };
  return {
    policy: `"${classes[called ? at : 1 - at]}" for every row, the cheaper of both`,
    meanCost: trivialCost / labels.length,
    gain,
    beaten: isBeaten(gain),
  };
}

/** Units with as many rows and the same sum, counted. */
function alike(units: Iterable<{ readonly rows: number; readonly sum: number }>): UnitGroup[] {
  const counted = new Map<string, UnitGroup>();
  for (const { rows, sum } of units) {
    const key = `${rows}:${sum}`;
    counted.set(key, { units: (counted.get(key)?.units ?? 0) + 1, rows, sum });
  }
  return [...counted.values()];
}

function besideNumbers(
  { labels, values }: Extract<TaskPredictions, { readonly task: "regression" }>,
  constant: Constant,
  groups: Int32Array | undefined,
): Trivial {
  const { mean, median } = constant.kind === "centre" ? constant : { mean: 0, median: 0 };
  const all = (value: number): Float64Array => new Float64Array(labels.length).fill(value);
  const byMean = pointMetrics({ task: "regression", labels, values: all(mean) });
  const { mae } = pointMetrics({ task: "regression", labels, values: all(median) });
  const differences = labels.map((label, row) => (label - mean) ** 2 - (label - values[row]!) ** 2);
  const gain: Gain = { loss: "squaredError", ...studentInterval(differences, groups) };
  return {
    policy: "the mean for every row (for MAE the median)",
    metrics: { ...byMean, ...(mae === undefined ? {} : { mae }) },
    meanCost: null,
    gain,
    beaten: isBeaten(gain),
  };
}

const leastUnits = 10;

/** Student's interval (95 %) of the mean; no bounds of fewer than 10 rows (or groups), or where nothing varies. */
function studentInterval(
  values: Float64Array,
  groups: Int32Array | undefined,
): { value: number; low: number | null; high: number | null } {
  const { mean: value } = momentsOf(values);
  const { units, variance } = spreadOf(
    values.map((each) => each - value),
    groups,
  );
  const half = jstat.studentt.inv(0.975, units - 1) * Math.sqrt(variance);
  if (units < leastUnits || !(half > 0 && Number.isFinite(half))) return { value, low: null, high: null };
  return { value, low: value - half, high: value + half };
}

const isBeaten = ({ low }: Gain): boolean => low !== null && low > 0;

const losses: Readonly<Record<Gain["loss"], string>> = {
  cost: "cost",
  logLoss: "log loss",
  squaredError: "squared error",
};

/** How the model stands beside the trivial policy, in one or two sentences. */
export function trivialText({
  policy,
  meanCost,
  gain,
  beaten,
}: Pick<Trivial, "policy" | "meanCost" | "gain" | "beaten">): string {
  const costing = meanCost === null ? "" : `, at a mean cost of ${round(meanCost)}`;
  // What is above is turned round whole: value and interval have one sign.
  const above = gain.value < 0;
  const [low, high] = above ? [gain.high, gain.low] : [gain.low, gain.high];
  const figure = (value: number): string => round(above ? -value : value);
  const bounds = low === null || high === null ? "" : ` (${figure(low)} to ${figure(high)})`;
  return (
    `The trivial policy answers ${policy}${costing}. ` +
    `The model has a mean ${losses[gain.loss]} ${figure(gain.value)}${bounds} ${above ? "above" : "below"} it` +
    (beaten ? "." : ": it is not shown to be better than an answer that looks at no row.")
  );
}

const round = (value: number): string => String(Number(value.toPrecision(4)));
