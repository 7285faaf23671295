// What must hold of the metrics whatever the data: invariances, bounds, weights as repetition, clear errors.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measureFolds, summarizeFolds } from "../tasks/cross-validate.ts";
import { auc, aucStatistic } from "./auc.ts";
import { averagePrecision, averagePrecisionStatistic } from "./average-precision.ts";
import { bootstrapDifference, bootstrapIntervals } from "./bootstrap.ts";
import { eceStatistic } from "./calibration.ts";
import { accuracyStatistic, f1MacroStatistic } from "./confusion.ts";
import { rocCurve } from "./curves.ts";
import { delongTest } from "./delong.ts";
import { evaluatePredictions, pointMetrics } from "./evaluate-predictions.ts";
import { brierStatistic, logLossStatistic } from "./log-loss.ts";
import { bayesThreshold, chooseThreshold, meanCost } from "./threshold.ts";

const row = fc.record({ label: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 20 }) });
/** Rows with both classes and many ties; scores are multiples of 1/20. */
const rows = fc
  .array(row, { minLength: 2, maxLength: 40 })
  .map((list) => [...list, { label: 0, score: 7 }, { label: 1, score: 9 }])
  .map((list) => ({ labels: list.map((r) => r.label), scores: list.map((r) => r.score / 20) }));

describe("ranking metrics", () => {
  test("do not change under a rising transform", () => {
    fc.assert(
      fc.property(rows, ({ labels, scores }) => {
        const bent = scores.map((s) => Math.exp(3 * s) - 5);
        expect(auc(labels, bent)).toBe(auc(labels, scores));
        expect(averagePrecision(labels, bent)).toBe(averagePrecision(labels, scores));
      }),
    );
  });

  test("AUC turned round is one minus itself", () => {
    fc.assert(
      fc.property(rows, ({ labels, scores }) => {
        const turned = scores.map((s) => -s);
        expect(auc(labels, turned)).toBeCloseTo(1 - auc(labels, scores), 12);
      }),
    );
  });

  test("AUC is the area under the ROC curve", () => {
    fc.assert(
      fc.property(rows, ({ labels, scores }) => {
        const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(labels, scores);
        let area = 0;
        for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
        expect(area).toBeCloseTo(auc(labels, scores), 12);
      }),
    );
  });

  test("a thinned curve keeps its ends", () => {
    const labels = Array.from({ length: 500 }, (_, i) => i % 2);
    const scores = labels.map((_, i) => i / 500);
    const thin = rocCurve(labels, scores, { maxPoints: 20 });
    expect(thin.threshold.length).toBe(20);
    expect([thin.truePositiveRate[0], thin.truePositiveRate.at(-1)]).toEqual([0, 1]);
  });

  test("are undefined on one class, and left out of the record", () => {
    expect(auc([1, 1], [0.2, 0.3])).toBeNaN();
    expect(averagePrecision([0, 0], [0.2, 0.3])).toBeNaN();
    const probabilities = new Float32Array([0.2, 0.8, 0.7, 0.3]);
    const record = pointMetrics({ kind: "class", classes: ["a", "b"], labels: ["b", "b"], probabilities });
    expect(Object.keys(record)).toEqual(["averagePrecision", "accuracy", "f1Macro", "logLoss", "ece"]);
    expect(() => rocCurve([1, 1], [0, 1])).toThrow(expect.objectContaining({ code: "metric-undefined" }));
  });
});

describe("every statistic", () => {
  const statistics = (labels: number[], scores: number[]) => {
    const both = scores.flatMap((s) => [1 - s, s]);
    const decided = scores.map((s) => (s > 0.5 ? 1 : 0));
    return [
      aucStatistic(labels, scores),
      averagePrecisionStatistic(labels, scores),
      eceStatistic(labels, scores),
      brierStatistic(labels, scores),
      logLossStatistic(labels, both, 2),
      accuracyStatistic(labels, decided, 2),
      f1MacroStatistic(labels, decided, 2),
    ];
  };

  test("does not depend on the order of rows", () => {
    fc.assert(
      fc.property(rows, fc.integer(), ({ labels, scores }, seed) => {
        const order = labels.map((_, i) => i).sort((a, b) => ((a * 7919 + seed) % 31) - ((b * 7919 + seed) % 31));
        const moved = statistics(
          order.map((i) => labels[i]!),
          order.map((i) => scores[i]!),
        );
        statistics(labels, scores).forEach((statistic, i) => {
          expect(moved[i]!()).toBeCloseTo(statistic(), 12);
        });
      }),
    );
  });

  test("takes an integer weight as that many copies of the row", () => {
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 42, maxLength: 42 }), (data, repeats) => {
        const copy = <T>(values: T[]): T[] => values.flatMap((value, i) => new Array<T>(repeats[i]!).fill(value));
        const weights = Float64Array.from(data.labels, (_, i) => repeats[i]!);
        const copied = statistics(copy(data.labels), copy(data.scores));
        statistics(data.labels, data.scores).forEach((statistic, i) => {
          expect(statistic(weights)).toBeCloseTo(copied[i]!(), 10);
        });
      }),
    );
  });
});

describe("chooseThreshold", () => {
  const cost = fc.integer({ min: 1, max: 9 });
  test("no threshold costs less on its rows, and it lies in a gap of the scores", () => {
    fc.assert(
      fc.property(rows, cost, cost, ({ labels, scores }, falsePositive, falseNegative) => {
        const costs = { falsePositive, falseNegative };
        const chosen = chooseThreshold(labels, scores, costs);
        expect(chosen.cost).toBeCloseTo(meanCost(labels, scores, chosen.threshold, costs), 12);
        for (const t of [...scores, 2])
          expect(chosen.cost).toBeLessThanOrEqual(meanCost(labels, scores, t, costs) + 1e-12);
        expect(chosen.cost).toBeLessThanOrEqual(chosen.bayes.cost + 1e-12);
      }),
    );
  });

  test("takes the Bayes threshold where it is among the best", () => {
    const costs = { falsePositive: 1, falseNegative: 5 };
    expect(bayesThreshold(costs)).toBeCloseTo(1 / 6, 12);
    expect(chooseThreshold([0, 0, 1, 1], [0.1, 0.15, 0.2, 0.9], costs).threshold).toBeCloseTo(1 / 6, 12);
    expect(chooseThreshold([0, 0, 1, 1], [0.1, 0.5, 0.7, 0.9], costs).threshold).toBeCloseTo(0.6, 12);
  });

  test("can call all or none", () => {
    expect(chooseThreshold([1, 1], [0.01, 0.02], { falsePositive: 9, falseNegative: 1 }).threshold).toBeLessThanOrEqual(
      0.01,
    );
    const none = chooseThreshold([0, 0], [0.4, 1], { falsePositive: 1, falseNegative: 1 }).threshold;
    expect(none).toBeGreaterThan(1);
  });

  test("refuses costs that reward mistakes", () => {
    const wrong = { falsePositive: 1, falseNegative: 1, truePositive: 2 };
    expect(() => bayesThreshold(wrong)).toThrow(expect.objectContaining({ code: "cost-matrix-invalid" }));
  });
});

describe("bootstrap", () => {
  const labels = Array.from({ length: 200 }, (_, i) => (i % 10 < 3 ? 1 : 0));
  const scores = labels.map((label, i) => ((i * 37) % 101) / 101 + 0.4 * label);
  const worse = labels.map((label, i) => ((i * 61) % 103) / 103 + 0.05 * label);
  const options = { rows: 200, strata: labels, seed: 5 };

  test("repeats with its seed and brackets the value", () => {
    const once = bootstrapIntervals({ auc: aucStatistic(labels, scores) }, options);
    expect(bootstrapIntervals({ auc: aucStatistic(labels, scores) }, options)).toEqual(once);
    expect(once.auc.low).toBeLessThan(once.auc.value);
    expect(once.auc.high).toBeGreaterThan(once.auc.value);
  });

  test("covers the truth about as often as it claims", () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      // 60 uniform numbers a trial from a fixed sequence; the mean of the uniform is 0.5.
      const values = Array.from({ length: 60 }, (_, i) => ((trial * 60 + i + 1) * 0.618_033_988_75 * (i + 3)) % 1);
      const mean = (w?: Float64Array): number => values.reduce((sum, v, i) => sum + v * (w ? w[i]! : 1), 0) / 60;
      const { low, high } = bootstrapIntervals({ mean }, { rows: 60, seed: trial, resamples: 400 }).mean;
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered).toBeGreaterThan(175);
  });

  test("sees a paired difference as DeLong does", () => {
    const a = aucStatistic(labels, scores);
    const b = aucStatistic(labels, worse);
    const boot = bootstrapDifference(a, b, options);
    const normal = delongTest(labels, scores, worse);
    expect(boot.value).toBeCloseTo(normal.value, 12);
    expect(Math.abs(boot.low - normal.low)).toBeLessThan(0.03);
    expect(boot.pValue).toBeLessThan(0.05);
    expect(bootstrapDifference(a, a, options)).toMatchObject({ value: 0, low: 0, high: 0, pValue: 1 });
    expect(delongTest(labels, scores, scores).pValue).toBe(1);
  });

  test("refuses impossible settings", () => {
    const bad = { rows: 10, seed: 1, strata: [0] };
    expect(() => bootstrapIntervals({ x: () => 1 }, bad)).toThrow(
      expect.objectContaining({ code: "bootstrap-invalid" }),
    );
  });
});

describe("folds", () => {
  test("give mean and standard deviation, and stop on a signal", async () => {
    const folds = [1, 2, 3].map(() => ({ train: new Int32Array(0), test: Int32Array.of(0, 1) }));
    const predict = async (_: unknown, i: number) => ({
      kind: "number" as const,
      labels: [0, 1],
      values: [i, 1 + i],
    });
    expect(summarizeFolds(await measureFolds(folds, predict)).rmse).toEqual({ value: 1, sd: 1 });
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(measureFolds(folds, predict, { signal })).rejects.toThrow("stopped");
  });
});

describe("bad input", () => {
  const invalid = expect.objectContaining({ code: "predictions-invalid" });
  test("is refused with the place", () => {
    expect(() => auc([0, 1], [0.5])).toThrow(invalid);
    expect(() => auc([0, 2], [0.5, 0.1])).toThrow("row 1 is 2");
    expect(() => auc([0, 1], [0.5, Number.NaN])).toThrow("position 1 is NaN");
    expect(() => logLossStatistic([0], [1.5, -0.5], 2)).toThrow(invalid);
    const probabilities = new Float64Array([0.5, 0.5]);
    const shape = { kind: "class", classes: ["a", "b"], probabilities, seed: 1 } as const;
    expect(() => evaluatePredictions({ ...shape, labels: ["c"] })).toThrow('"c", which is not a class');
    expect(() => evaluatePredictions({ ...shape, labels: ["a"], positive: "z" })).toThrow(invalid);
    expect(() => evaluatePredictions({ ...shape, labels: [] })).toThrow(invalid);
  });
});
