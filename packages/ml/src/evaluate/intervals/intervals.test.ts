// Intervals hold the truth as often as they claim, on few rows too, and never claim to be certain.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { evaluatePredictions, pointMetrics } from "../evaluate-predictions.ts";
import type { ClassPredictions, NumberPredictions, Predictions } from "../predictions.ts";
import type { Interval } from "./interval.ts";
import { wilsonInterval } from "./share-interval.ts";

const classes = ["no", "yes"] as const;
/** Predictions of two classes from labels and the probability of "yes". */
function binary(labels: readonly number[], yes: readonly number[]): ClassPredictions {
  const probabilities = Float64Array.from(yes.flatMap((p) => [1 - p, p]));
  return { kind: "class", classes, labels: Int32Array.from(labels), probabilities };
}
const width = ({ low, high }: Interval): number =>
  low === null || high === null ? Number.POSITIVE_INFINITY : high - low;
const ends = ({ low, high }: Interval): [number, number] => [low ?? Number.NaN, high ?? Number.NaN];

test.each([
  [2, 3, 0.2077, 0.9385],
  [3, 3, 0.4385, 1],
  [0, 3, 0, 0.5615],
  [119, 120, 0.9543, 0.9985],
])("accuracy %i of %i is Wilson's: %f to %f", (right, rows, low, high) => {
  expect(wilsonInterval(right / rows, rows, 1.959964)).toMatchObject({
    low: expect.closeTo(low, 4),
    high: expect.closeTo(high, 4),
  });
  const yes = Array.from({ length: rows }, (_, i) => (i < right ? 0.9 : 0.2));
  const { accuracy } = evaluatePredictions({ ...binary(new Array<number>(rows).fill(1), yes), seed: 1 });
  expect(ends(accuracy!)).toEqual([expect.closeTo(low, 4), expect.closeTo(high, 4)]);
});

test("R² where one row of 60 carries nearly all of the errors and of the variance: no interval, as for RMSE", () => {
  const random = rng(5);
  const values = Array.from({ length: 60 }, () => random.normal());
  const labels = values.map((value, i) => (i === 17 ? 1e6 : value + random.normal()));
  const metrics = evaluatePredictions({ kind: "number", labels, values, seed: 1 });
  for (const name of ["rmse", "mae", "r2"])
    expect(metrics[name], name).toMatchObject({
      low: null,
      high: null,
      reason: expect.stringContaining("very few rows"),
    });
  // Far-off values that are predicted well are no reason.
  const right = evaluatePredictions({
    kind: "number",
    labels,
    values: values.map((value, i) => (i === 17 ? 1e6 - 1 : value)),
    seed: 1,
  });
  expect(right.rmse!.low).toBeGreaterThan(0);
});

describe("perfect, one-sided and tiny samples have width, or say that they are too few", () => {
  const samples: [string, Predictions][] = [
    ["a perfect ranking of 3", binary([0, 1, 1], [0.1, 0.8, 0.9])],
    [
      "a perfect ranking of 40",
      binary(
        [...Array(40).keys()].map((i) => Number(i > 19)),
        [...Array(40).keys()].map((i) => i / 40),
      ),
    ],
    [
      "one positive of 120",
      binary(
        [...Array(120).keys()].map((i) => Number(i === 119)),
        [...Array(120).keys()].map((i) => i / 400),
      ),
    ],
    ["one class", binary(new Array<number>(30).fill(0), new Array<number>(30).fill(0.3))],
    ["one row", binary([1], [0.7])],
    ["two rows, both wrong", binary([1, 0], [0.3, 0.7])],
    ["one score for all", binary([0, 1, 0, 1], [0.4, 0.4, 0.4, 0.4])],
    ["errors that are all alike", { kind: "number", labels: [1, 2, 3], values: [2, 3, 4] }],
    ["no error", { kind: "number", labels: [1, 2, 3], values: [1, 2, 3] }],
    ["one number", { kind: "number", labels: [1], values: [2] }],
    ["two numbers", { kind: "number", labels: [1, 2], values: [2, 5] }],
  ];
  test.each(samples)("%s", (_, predictions) => {
    const metrics = evaluatePredictions({ ...predictions, seed: 1 });
    expect(Object.keys(metrics)).toEqual(Object.keys(pointMetrics(predictions)));
    const points = pointMetrics(predictions);
    for (const [name, metric] of Object.entries(metrics)) {
      expect(metric.value, name).toBeCloseTo(points[name as keyof typeof points]!, 12);
      if (metric.low === null || metric.high === null) {
        expect([metric.low, metric.high], name).toEqual([null, null]);
        expect(metric.reason, name).toMatch(/too few to say|cannot be said/);
        continue;
      }
      expect(width(metric), name).toBeGreaterThan(predictions.labels.length < 5 ? 0.2 : 0.005);
      expect(metric.low, name).toBeLessThanOrEqual(metric.value);
      expect(metric.high, name).toBeGreaterThanOrEqual(metric.value);
    }
  });

  test("the number of positives is chance as well: a share of three positives is not known to the third digit", () => {
    const labels = [...Array(200).keys()].map((i) => Number(i < 3));
    const { accuracy, logLoss } = evaluatePredictions({ ...binary(labels, new Array<number>(200).fill(0.1)), seed: 1 });
    expect(ends(accuracy!)).toEqual([expect.closeTo(0.9568, 3), expect.closeTo(0.9949, 3)]);
    expect(width(logLoss!)).toBeGreaterThan(0.05);
    const one = [...Array(120).keys()].map((i) => Number(i === 0));
    const sure = evaluatePredictions({ ...binary(one, new Array<number>(120).fill(0.001)), seed: 1 });
    expect(sure.logLoss).toMatchObject({ low: null, high: null, reason: expect.stringContaining("too few to say") });
  });
});

describe("groups", () => {
  const random = rng(2);
  const person = Array.from({ length: 200 }, (_, row) => Math.floor(row / 10));
  const answers = Array.from({ length: 20 }, () => (random.uniform() < 0.5 ? 0 : 1));
  const leaning = Array.from({ length: 20 }, () => random.uniform());
  const predictions = binary(
    person.map((each) => answers[each]!),
    person.map((each) => 0.9 * leaning[each]! + 0.1 * random.uniform()),
  );

  test("of ten like rows each: about √10 times as wide as rows would be, and the order of groups has no effect", () => {
    const apart = evaluatePredictions({ ...predictions, seed: 1 });
    const together = evaluatePredictions({ ...predictions, groups: Int32Array.from(person), seed: 1 });
    for (const name of ["accuracy", "auc", "logLoss"] as const) {
      expect(together[name]!.value).toBe(apart[name]!.value);
      expect(width(together[name]!) / width(apart[name]!), name).toBeGreaterThan(2);
      expect(width(together[name]!) / width(apart[name]!), name).toBeLessThan(5);
    }
    const turned = evaluatePredictions({
      ...predictions,
      groups: Int32Array.from(person, (each) => 19 - each),
      seed: 1,
    });
    expect(ends(turned.auc!)).toEqual(ends(together.auc!).map((end) => expect.closeTo(end, 12)));
  });

  test("a single group says that it is too few", () => {
    const metrics = evaluatePredictions({ ...predictions, groups: new Int32Array(200), seed: 1 });
    for (const metric of Object.values(metrics)) expect(metric.reason).toBe("one group is too few to say");
    expect(() => evaluatePredictions({ ...predictions, groups: new Int32Array(3), seed: 1 })).toThrow(
      "3 groups for 200",
    );
  });
});

/** Share of samples of `size` rows (or groups of 5) whose intervals hold the population's metrics. */
function coverage(
  population: ClassPredictions | NumberPredictions,
  size: number,
  grouped: boolean,
): Record<string, number> {
  const truth = pointMetrics(population);
  const random = rng(8);
  const held: Record<string, number> = {};
  const draws = 150;
  for (let draw = 0; draw < draws; draw++) {
    const rows = Array.from({ length: size }, () => {
      const row = Math.floor(random.uniform() * population.labels.length);
      return grouped ? Array.from({ length: 5 }, (_, i) => row - (row % 5) + i) : [row];
    });
    const flat = rows.flat();
    const groups = grouped ? Int32Array.from(rows.flatMap((each, group) => each.map(() => group))) : undefined;
    const drawn: Predictions =
      population.kind === "number"
        ? {
            ...population,
            labels: flat.map((row) => population.labels[row]!),
            values: flat.map((row) => population.values[row]!),
          }
        : {
            ...population,
            labels: Int32Array.from(flat, (row) => population.labels[row] as number),
            probabilities: Float64Array.from(
              flat.flatMap((row) => [population.probabilities[2 * row]!, population.probabilities[2 * row + 1]!]),
            ),
          };
    for (const [name, { low, high }] of Object.entries(evaluatePredictions({ ...drawn, groups, seed: draw })))
      held[name] =
        (held[name] ?? 0) + (low! <= truth[name as "auc"]! && truth[name as "auc"]! <= high! ? 1 / draws : 0);
  }
  return held;
}

describe("of 150 samples, about 95 % hold the truth", () => {
  const random = rng(4);
  const shared = Array.from({ length: 1000 }, () => random.normal());
  const odds = Array.from({ length: 5000 }, (_, row) => shared[Math.floor(row / 5)]! + 0.7 * random.normal());
  const chance = odds.map((x) => 1 / (1 + Math.exp(-x)));
  const classified = binary(
    chance.map((p) => Number(random.uniform() < p)),
    chance,
  );
  const values = odds.map((x) => 2 * x);
  const numbers: NumberPredictions = {
    kind: "number",
    values,
    labels: values.map((value, row) => value + random.normal() + 0.5 * shared[Math.floor(row / 5)]!),
  };
  // Three standard errors of 150 samples below 95 %, and for the calibration error, whose truth is near 0, up to all.
  test.each([
    ["60 rows", classified, 60, false],
    ["30 groups", classified, 30, true],
    ["60 numbers", numbers, 60, false],
    ["30 groups of numbers", numbers, 30, true],
  ] as const)("%s", (_, population, size, grouped) => {
    for (const [name, share] of Object.entries(coverage(population, size, grouped))) {
      expect(share, name).toBeGreaterThan(0.897);
      if (name !== "ece") expect(share, name).toBeLessThan(0.995);
    }
  });
});
