// Classes: shares as the constant answer, or the class that is cheaper for all.
import { columnOf, labelAt, type Table } from "@lepta/data";
import type { OutcomeForm } from "../../outcomes/index.ts";
import { boundedMean, type UnitGroup } from "../bounded-mean.ts";
import { confusionMatrix } from "../confusion.ts";
import { pointsOf } from "../measure.ts";
import { metrics } from "../metrics/index.ts";
import { type ClassPredictions, classIndices, positiveIndex } from "../predictions.ts";
import { float64Rows } from "../rows-of.ts";
import { type CostMatrix, costOf } from "../threshold.ts";
import { meanGain } from "../trivial-gain.ts";
import { type ClassView, classView } from "../views.ts";
import type { ConstantAnswer, Kind } from "./kind.ts";

export const classKind: Kind<"class", ClassView> = {
  view: classView,
  metrics: [metrics.auc, metrics.averagePrecision, metrics.accuracy, metrics.f1Macro, metrics.logLoss, metrics.ece],
  labels: labelsIn,
  outputs: ({ probabilities }) => probabilities,
  predicted: ({ probabilities }) => probabilities,
  pair: ({ classes, positive, threshold }, outputs, labels) => ({
    kind: "class",
    classes,
    ...(positive === null ? {} : { positive }),
    ...(threshold === null ? {} : { threshold }),
    labels,
    // Their own precision: the logarithm of what rounds to 0 depends on it.
    probabilities: Float32Array.from(outputs),
  }),
  take(predictions, rows) {
    const { labels, probabilities, classes } = predictions;
    return {
      ...predictions,
      labels:
        labels instanceof Int32Array
          ? Int32Array.from(rows, (row) => labels[row]!)
          : Array.from(rows, (row) => labels[row]!),
      probabilities: Float32Array.from(float64Rows(probabilities, rows, classes.length)),
    };
  },
  alike(own, wanted) {
    const from = wanted.classes.map((name) => own.classes.indexOf(name));
    if (from.every((at) => at < 0) || own.positive !== wanted.positive) return undefined;
    const width = from.length;
    const probabilities = Float32Array.from({ length: wanted.labels.length * width }, (_, i) => {
      const at = from[i % width]!;
      return at < 0 ? 0 : own.probabilities[Math.floor(i / width) * own.classes.length + at]!;
    });
    const { threshold: _, ...truth } = wanted;
    return { ...truth, probabilities, ...(own.threshold === undefined ? {} : { threshold: own.threshold }) };
  },
  strata: ({ labels, classes }) => classIndices(labels, classes),
  constant(labels, { classes }) {
    const counts = new Float64Array(classes.length);
    for (const label of classIndices(labels, classes)) counts[label]! += 1;
    return { kind: "class", shares: Array.from(counts, (count) => count / labels.length) };
  },
  answer(predictions, { shares }, options) {
    const { classes, labels, probabilities, threshold } = predictions;
    const flat = Float32Array.from({ length: labels.length * classes.length }, (_, i) => shares[i % classes.length]!);
    const points = pointsOf(classView({ ...predictions, probabilities: flat }), options.metrics);
    const { costs, groups } = options;
    if (threshold !== undefined && costs !== null)
      return { ...besideCosts(predictions, { shares, threshold, costs, groups }), metrics: points };
    const differences = Float64Array.from(classIndices(labels, classes), (label, row) => {
      const [own, other] = [probabilities[row * classes.length + label]!, shares[label]!];
      return Math.log(Math.max(own, 2 ** -23)) - Math.log(Math.max(other, 2 ** -23));
    });
    return {
      policy: `"${classes[shares.indexOf(Math.max(...shares))]}" for every row`,
      metrics: points,
      meanCost: null,
      gain: { loss: "log loss", ...meanGain(differences, groups) },
    };
  },
  confusion(predictions) {
    const { labels, decided } = classView(predictions);
    return confusionMatrix(labels, decided, predictions.classes);
  },
  problem({ shares }, { classes }: Extract<OutcomeForm, { readonly kind: "class" }>) {
    const fits =
      Array.isArray(shares) &&
      shares.length === classes.length &&
      shares.every((share) => typeof share === "number" && share >= 0 && share <= 1);
    return fits ? undefined : "a share of each class";
  },
};

/** The classes of a column as strings, "" where one is missing. */
export function labelsIn(table: Table, target: string): string[] {
  const column = columnOf(table, target);
  return Array.from({ length: table.rowCount }, (_, row) => labelAt(column, row) ?? "");
}

function besideCosts(
  { classes, labels, probabilities, positive }: ClassPredictions,
  {
    shares,
    threshold,
    costs,
    groups,
  }: {
    readonly shares: readonly number[];
    readonly threshold: number;
    readonly costs: CostMatrix;
    readonly groups: Int32Array | undefined;
  },
): Omit<ConstantAnswer, "metrics"> {
  const at = positiveIndex(classes, positive);
  const own = (isPositive: boolean, called: boolean): number => costOf(isPositive, called, costs);
  const expected = (called: boolean): number =>
    shares[at]! * own(true, called) + (1 - shares[at]!) * own(false, called);
  const called = expected(true) < expected(false);
  const units = new Map<number, { rows: number; sum: number }>();
  let trivialCost = 0;
  for (const [row, label] of classIndices(labels, classes).entries()) {
    const isPositive = label === at;
    const trivial = own(isPositive, called);
    const sum = trivial - own(isPositive, probabilities[row * 2 + at]! >= threshold);
    trivialCost += trivial;
    const unit = units.get(groups?.[row] ?? row);
    if (unit === undefined) units.set(groups?.[row] ?? row, { rows: 1, sum });
    else {
      unit.rows++;
      unit.sum += sum;
    }
  }
  const differences = [true, false].map((isPositive) => own(isPositive, called) - own(isPositive, !called));
  const bounds = { low: Math.min(0, ...differences), high: Math.max(0, ...differences) };
  const interval = boundedMean(alike(units.values()), bounds)!;
  return {
    policy: `"${classes[called ? at : 1 - at]}" for every row, the cheaper of both`,
    meanCost: trivialCost / labels.length,
    gain: { loss: "cost", value: interval.value, low: interval.low, high: interval.high },
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
