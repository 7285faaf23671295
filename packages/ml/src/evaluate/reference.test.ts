// Every metric of this room equals scikit-learn's, SciPy's or a brute-force figure (tests/reference/metrics.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { auc, macroAuc } from "./auc.ts";
import { averagePrecision } from "./average-precision.ts";
import { bootstrapIntervals } from "./bootstrap.ts";
import { calibrationCurve, eceStatistic } from "./calibration.ts";
import { confusionMatrix } from "./confusion.ts";
import { precisionRecallCurve, rocCurve } from "./curves.ts";
import { decide } from "./decide.ts";
import { delongTest } from "./delong.ts";
import { bindMetrics, evaluatePredictions } from "./evaluate-predictions.ts";
import { brierStatistic } from "./log-loss.ts";
import type { Predictions } from "./predictions.ts";
import { chooseThreshold } from "./threshold.ts";

interface Bounds {
  readonly low: number;
  readonly high: number;
}
type Values = Readonly<Record<string, number>>;

interface MetricsFixture {
  readonly binary: {
    readonly labels: number[];
    readonly scores: number[];
    readonly other: number[];
    readonly weights: number[];
    readonly values: Values;
    readonly weighted: Values;
    readonly eceMass10: number;
    readonly roc: { readonly falsePositiveRate: number[]; readonly truePositiveRate: number[] };
    readonly precisionRecall: { readonly precision: number[]; readonly recall: number[] };
    readonly calibration: Readonly<Record<"width" | "mass", { observed: number[]; predicted: number[] }>>;
    readonly confusion: number[][];
    readonly costs: readonly {
      readonly matrix: { falsePositive: number; falseNegative: number; truePositive?: number; trueNegative?: number };
      readonly cost: number;
    }[];
    readonly delong: {
      readonly a: number;
      readonly b: number;
      readonly standardError: number;
      readonly pValue: number;
    };
    readonly bootstrapAuc: Bounds;
  };
  readonly multiclass: {
    readonly classes: number;
    readonly labels: number[];
    readonly probabilities: number[];
    readonly weights: number[];
    readonly values: Values;
    readonly weighted: Values;
  };
  readonly regression: {
    readonly labels: number[];
    readonly values: number[];
    readonly weights: number[];
    readonly metrics: Values;
    readonly weighted: Values;
    readonly bootstrapRmse: Bounds;
  };
}

const fixture: MetricsFixture = JSON.parse(
  readFileSync(new URL("fixtures/metrics.json", import.meta.url), "utf8"),
) as MetricsFixture;

const { binary, multiclass, regression } = fixture;
const both = Float64Array.from(binary.scores.flatMap((p) => [1 - p, p]));

/** Metrics unweighted and weighted against their reference. */
function sameMetrics(predictions: Predictions, weights: number[], plain: Values, weighted: Values): void {
  const { statistics } = bindMetrics(predictions);
  expect(Object.keys(statistics).sort()).toEqual(
    Object.keys(plain)
      .filter((name) => name !== "brier")
      .sort(),
  );
  for (const [name, statistic] of Object.entries(statistics)) {
    expect(statistic(), name).toBeCloseTo(plain[name]!, 12);
    expect(statistic(Float64Array.from(weights)), `weighted ${name}`).toBeCloseTo(weighted[name]!, 12);
  }
}

describe("against scikit-learn and SciPy", () => {
  const binaryPredictions: Predictions = {
    kind: "class",
    classes: ["good", "bad"],
    labels: binary.labels.map((label) => (label === 1 ? "bad" : "good")),
    probabilities: both,
  };

  test("binary metrics", () => sameMetrics(binaryPredictions, binary.weights, binary.values, binary.weighted));

  test("the positive class may be the first", () => {
    const swapped = { ...binaryPredictions, classes: ["bad", "good"], positive: "bad" };
    const probabilities = Float64Array.from(binary.scores.flatMap((p) => [p, 1 - p]));
    const { statistics } = bindMetrics({ ...swapped, probabilities });
    for (const name of ["auc", "averagePrecision", "logLoss", "ece"])
      expect(statistics[name]!(), name).toBeCloseTo(binary.values[name]!, 12);
  });

  test("Brier score and equal-mass calibration error", () => {
    const brier = brierStatistic(binary.labels, binary.scores);
    expect(brier()).toBeCloseTo(binary.values.brier!, 12);
    expect(brier(Float64Array.from(binary.weights))).toBeCloseTo(binary.weighted.brier!, 12);
    const ece = eceStatistic(binary.labels, binary.scores, { bins: 10, binning: "mass" });
    expect(ece()).toBeCloseTo(binary.eceMass10, 12);
  });

  test("multiclass metrics", () => {
    const { classes, labels, probabilities, weights, values, weighted } = multiclass;
    const predictions: Predictions = {
      kind: "class",
      classes: Array.from({ length: classes }, (_, i) => String(i)),
      labels: Int32Array.from(labels),
      probabilities: Float64Array.from(probabilities),
    };
    sameMetrics(predictions, weights, values, weighted);
    expect(macroAuc(labels, probabilities, classes)).toBeCloseTo(values.auc!, 12);
  });

  test("regression metrics", () => {
    const { labels, values, weights, metrics, weighted } = regression;
    sameMetrics({ kind: "number", labels, values }, weights, metrics, weighted);
  });

  test("curves", () => {
    const roc = rocCurve(binary.labels, binary.scores);
    closeLists(roc.falsePositiveRate, binary.roc.falsePositiveRate);
    closeLists(roc.truePositiveRate, binary.roc.truePositiveRate);
    const curve = precisionRecallCurve(binary.labels, binary.scores);
    closeLists(curve.precision, binary.precisionRecall.precision);
    closeLists(curve.recall, binary.precisionRecall.recall);
    for (const binning of ["width", "mass"] as const) {
      const bins = calibrationCurve(binary.labels, binary.scores, { bins: 10, binning });
      closeLists(
        bins.map((bin) => bin.observed),
        binary.calibration[binning].observed,
      );
      closeLists(
        bins.map((bin) => bin.predicted),
        binary.calibration[binning].predicted,
      );
    }
  });

  test("confusion matrix", () => {
    const matrix = confusionMatrix(binary.labels, decide(both, 2), ["good", "bad"]);
    expect(matrix.counts).toEqual(binary.confusion);
  });

  test("the chosen threshold costs what the best of all thresholds costs", () => {
    for (const { matrix, cost } of binary.costs)
      expect(chooseThreshold(binary.labels, binary.scores, matrix).cost).toBeCloseTo(cost, 12);
  });

  test("DeLong's test", () => {
    const result = delongTest(binary.labels, binary.scores, binary.other);
    for (const name of ["a", "b", "standardError", "pValue"] as const)
      expect(result[name], name).toBeCloseTo(binary.delong[name], 12);
  });

  test("bootstrap intervals", () => {
    // Wilson's on DeLong's variance, not the percentiles of resamples: alike on these 200 rows.
    const { low, high } = evaluatePredictions({ ...binaryPredictions, seed: 1 }).auc!;
    expect(Math.abs(low! - binary.bootstrapAuc.low)).toBeLessThan(0.01);
    expect(Math.abs(high! - binary.bootstrapAuc.high)).toBeLessThan(0.01);
    const { labels, values } = regression;
    const { statistics } = bindMetrics({ kind: "number", labels, values });
    const rmse = { rmse: statistics.rmse! };
    const interval = bootstrapIntervals(rmse, { rows: regression.labels.length, seed: 1, resamples: 10_000 }).rmse;
    expect(Math.abs(interval.low - regression.bootstrapRmse.low)).toBeLessThan(0.02);
    expect(Math.abs(interval.high - regression.bootstrapRmse.high)).toBeLessThan(0.02);
  });

  test("the short forms are the statistics", () => {
    expect(auc(binary.labels, binary.scores)).toBeCloseTo(binary.values.auc!, 12);
    expect(averagePrecision(binary.labels, binary.scores)).toBeCloseTo(binary.values.averagePrecision!, 12);
  });
});

function closeLists(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 12);
}
