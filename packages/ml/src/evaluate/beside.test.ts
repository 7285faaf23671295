// Two models on the same rows: figures as each has them alone, the difference paired and by groups.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { besideEachOther } from "./beside.ts";
import { pointMetrics } from "./evaluate-predictions.ts";
import { metrics } from "./metrics/index.ts";
import type { ClassPredictions, Predictions } from "./predictions.ts";
import { costOf } from "./threshold.ts";

const seed = 5;
const random = rng(3);
const labels = Array.from({ length: 200 }, () => (random.uniform() < 0.4 ? "bad" : "good"));
const noise = labels.map(() => random.normal());
/** A model of this skill, with the same luck as every other. */
function model(skill: number, own = 0): ClassPredictions {
  const scores = labels.map((label, i) => {
    const x = skill * (label === "bad" ? 1 : -1) + (noise[i] as number) + own * random.normal();
    return 1 / (1 + Math.exp(-x));
  });
  const probabilities = Float32Array.from(scores.flatMap((p) => [1 - p, p]));
  return { kind: "class", classes: ["good", "bad"], positive: "bad", labels, probabilities };
}
const [good, better] = [model(0.8), model(1.2, 0.1)];

describe("two classifiers", () => {
  test("have the metrics that each has alone, and the difference of them", () => {
    for (const metric of ["auc", "logLoss", "accuracy", "ece"] as const) {
      const { first, second, difference } = besideEachOther(better, good, metrics[metric], { seed })!;
      expect(first).toBe(pointMetrics(better)[metric]);
      expect(second).toBe(pointMetrics(good)[metric]);
      expect(difference?.value).toBeCloseTo(first - second, 12);
      expect(difference!.low).toBeLessThan(difference!.value);
    }
  });

  test("cost each by its own threshold; without one the more probable class is chosen", () => {
    const costs = { falsePositive: 1, falseNegative: 5 };
    const rowCosts = (predictions: Predictions): Float64Array => {
      const { labels: truth, probabilities, threshold = 0.5 } = predictions as ClassPredictions;
      return Float64Array.from({ length: truth.length }, (_, row) =>
        costOf(truth[row] === "bad", probabilities[2 * row + 1]! >= threshold, costs),
      );
    };
    const { first, second } = besideEachOther({ ...better, threshold: 0 }, good, { rowCosts }, { seed })!;
    expect(first).toBeCloseTo(labels.filter((label) => label === "good").length / 200, 12);
    const chosen = labels.map((label, i) => {
      const p = (good as { probabilities: Float32Array }).probabilities[2 * i + 1] as number;
      return label === "bad" ? (p >= 0.5 ? 0 : 5) : p >= 0.5 ? 1 : 0;
    });
    expect(second).toBeCloseTo(chosen.reduce<number>((sum, each) => sum + each, 0) / 200, 12);
  });

  test("differ by a paired interval: narrower than two intervals apart, wider where rows come in groups", () => {
    const { difference } = besideEachOther(better, good, metrics.auc, { seed })!;
    const strangers = besideEachOther(model(1.2, 3), good, metrics.auc, { seed })!.difference!;
    const width = (each: { low: number; high: number }): number => each.high - each.low;
    expect(width(difference!)).toBeLessThan(0.5 * width(strangers));
    expect(difference!.low).toBeGreaterThan(0);
    const groups = Int32Array.from(labels, (_, i) => i % 12);
    expect(besideEachOther(better, good, metrics.auc, { seed, groups })!.difference!.value).toBe(difference!.value);
    const nine = groups.map((group) => group % 9);
    expect(besideEachOther(better, good, metrics.auc, { seed, groups: nine })!.difference).toBeNull();
  });

  test("that are one have no difference to bound; a figure that the rows lack is undefined", () => {
    expect(besideEachOther(good, good, metrics.auc, { seed })).toMatchObject({ difference: null });
    const alike = { ...good, labels: Array.from({ length: 200 }, () => "good") };
    expect(besideEachOther(alike, alike, metrics.auc, { seed })).toBeUndefined();
    const none: ClassPredictions = {
      kind: "class",
      classes: ["good", "bad"],
      positive: "bad",
      labels: [],
      probabilities: new Float32Array(0),
    };
    expect(besideEachOther(none, none, metrics.auc, { seed })).toBeUndefined();
    expect(() => besideEachOther(none, good, metrics.auc, { seed })).toThrow(/answers 0 rows, the other 200/);
  });
});
