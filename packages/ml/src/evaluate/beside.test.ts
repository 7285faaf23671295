// Two models on the same rows: figures as each has them alone, the difference paired and by groups.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { besideEachOther, type Decided } from "./beside.ts";
import { pointMetrics } from "./evaluate-predictions.ts";

const seed = 5;
const random = rng(3);
const labels = Array.from({ length: 200 }, () => (random.uniform() < 0.4 ? "bad" : "good"));
const noise = labels.map(() => random.normal());
/** A model of this skill, with the same luck as every other. */
function model(skill: number, own = 0): Decided {
  const scores = labels.map((label, i) => {
    const x = skill * (label === "bad" ? 1 : -1) + (noise[i] as number) + own * random.normal();
    return 1 / (1 + Math.exp(-x));
  });
  const probabilities = Float32Array.from(scores.flatMap((p) => [1 - p, p]));
  return { task: "binary", classes: ["good", "bad"], positive: "bad", labels, probabilities };
}
const [good, better] = [model(0.8), model(1.2, 0.1)];

describe("two classifiers", () => {
  test("have the metrics that each has alone, and the difference of them", () => {
    for (const metric of ["auc", "logLoss", "accuracy", "ece"] as const) {
      const { first, second, difference } = besideEachOther(better, good, metric, { seed })!;
      expect(first).toBe(pointMetrics(better)[metric]);
      expect(second).toBe(pointMetrics(good)[metric]);
      expect(difference?.value).toBeCloseTo(first - second, 12);
      expect(difference!.low).toBeLessThan(difference!.value);
    }
  });

  test("cost each by its own threshold; without one the more probable class is chosen", () => {
    const costs = { falsePositive: 1, falseNegative: 5 };
    const { first, second } = besideEachOther({ ...better, threshold: 0 }, good, { costs }, { seed })!;
    expect(first).toBeCloseTo(labels.filter((label) => label === "good").length / 200, 12);
    const chosen = labels.map((label, i) => {
      const p = (good as { probabilities: Float32Array }).probabilities[2 * i + 1] as number;
      return label === "bad" ? (p >= 0.5 ? 0 : 5) : p >= 0.5 ? 1 : 0;
    });
    expect(second).toBeCloseTo(chosen.reduce<number>((sum, each) => sum + each, 0) / 200, 12);
  });

  test("differ by a paired interval: narrower than two intervals apart, wider where rows come in groups", () => {
    const { difference } = besideEachOther(better, good, "auc", { seed })!;
    const strangers = besideEachOther(model(1.2, 3), good, "auc", { seed })!.difference!;
    const width = (each: { low: number; high: number }): number => each.high - each.low;
    expect(width(difference!)).toBeLessThan(0.5 * width(strangers));
    expect(difference!.low).toBeGreaterThan(0);
    const groups = Int32Array.from(labels, (_, i) => i % 12);
    expect(besideEachOther(better, good, "auc", { seed, groups })!.difference!.value).toBe(difference!.value);
    const nine = groups.map((group) => group % 9);
    expect(besideEachOther(better, good, "auc", { seed, groups: nine })!.difference).toBeNull();
  });

  test("that are one have no difference to bound; a figure that the rows lack is undefined", () => {
    expect(besideEachOther(good, good, "auc", { seed })).toMatchObject({ difference: null });
    expect(besideEachOther(good, better, "rmse", { seed })).toBeUndefined();
    const none: Decided = {
      task: "binary",
      classes: ["good", "bad"],
      positive: "bad",
      labels: [],
      probabilities: new Float32Array(0),
    };
    expect(besideEachOther(none, none, "auc", { seed })).toBeUndefined();
    expect(() => besideEachOther(none, good, "auc", { seed })).toThrow(/answers 0 rows, the other 200/);
  });
});
