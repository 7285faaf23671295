// The trivial policy by hand, and how often a model without skill passes for better than it.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import type { Constant } from "./kinds/kind.ts";
import type { Predictions } from "./predictions.ts";
import type { CostMatrix } from "./threshold.ts";
import { constantOf, type Trivial, trivialBeside, trivialText } from "./trivial.ts";

const classes = ["good", "bad"];
const costs = { falsePositive: 1, falseNegative: 5 };

/** Without costs, or decided by them from a probability on. */
interface Decision {
  readonly threshold?: number;
  readonly costs?: CostMatrix;
}

const undecided: Decision = {};

/** Rows with these probabilities of "bad". */
function binary(labels: readonly string[], bad: readonly number[]): Predictions {
  const probabilities = Float32Array.from(bad.flatMap((p) => [1 - p, p]));
  return { kind: "class", classes, positive: "bad", labels, probabilities };
}

const repeat = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);
const learnt = constantOf([...repeat("good", 75), ...repeat("bad", 25)], {
  kind: "class",
  classes,
  positive: "bad",
  threshold: null,
});

function beside(
  predictions: Predictions,
  constant: Constant,
  { threshold, costs: own, groups }: Decision & { readonly groups?: Int32Array } = {},
): Trivial {
  const decided = threshold === undefined ? predictions : ({ ...predictions, threshold } as Predictions);
  return trivialBeside(decided, constant, { costs: own, groups });
}

describe("beside a classifier", () => {
  const labels = [...repeat("good", 30), ...repeat("bad", 10)];

  test("it answers the commonest class, and the shares learnt from as probabilities", () => {
    const { policy, metrics } = beside(binary(labels, repeat(0.25, 40)), learnt, undecided);
    expect(policy).toBe('"good" for every row');
    expect(metrics).toMatchObject({ auc: 0.5, accuracy: 0.75, averagePrecision: 0.25 });
    expect(metrics.logLoss).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 6);
    expect(metrics.ece).toBeCloseTo(0, 6);
  });

  test("a model that says the same gains nothing, and does not beat it", () => {
    const same = beside(binary(labels, repeat(0.25, 40)), learnt, undecided);
    expect(same).toMatchObject({ beaten: false, gain: { loss: "log loss", value: 0, low: null, high: null } });
    const costly = beside(binary(labels, repeat(0.25, 40)), learnt, { threshold: 1 / 6, costs });
    expect(costly).toMatchObject({ beaten: false, meanCost: 0.75, gain: { loss: "cost", value: 0 } });
    expect(costly.policy).toBe('"bad" for every row, the cheaper of both');
    expect(trivialText(costly)).toContain("not shown to be better");
  });

  test("a model that knows beats it, by the rows' differences", () => {
    const knows = binary(labels, [...repeat(0.05, 30), ...repeat(0.9, 10)]);
    const byCost = beside(knows, learnt, { threshold: 0.5, costs });
    expect(byCost.gain.value).toBeCloseTo(0.75, 10);
    expect(byCost.beaten).toBe(true);
    const byLoss = beside(knows, learnt, undecided);
    const gain = (30 * Math.log(0.95 / 0.75) + 10 * Math.log(0.9 / 0.25)) / 40;
    expect(byLoss.gain.value).toBeCloseTo(gain, 6);
    expect(byLoss.beaten).toBe(true);
    expect(trivialText(byLoss)).toContain("below it.");
  });

  test("three rows show nothing, however right they are", () => {
    const three = binary(["good", "bad", "good"], [0.01, 0.99, 0.01]);
    expect(beside(three, learnt, undecided).beaten).toBe(false);
    expect(beside(three, learnt, { threshold: 0.5, costs }).beaten).toBe(false);
  });
});

test("beside a regression it answers the mean, and by MAE the median", () => {
  const labels = Float64Array.from({ length: 20 }, (_, i) => 1e12 + (i % 2 === 0 ? 0 : i));
  const constant = constantOf(labels, { kind: "number" });
  const right = beside({ kind: "number", labels, values: labels }, constant, undecided);
  expect(constant).toEqual({ kind: "number", mean: 1e12 + 5, median: 1e12 + 0.5 });
  expect(right.metrics.r2).toBeCloseTo(0, 6);
  expect(right.metrics.mae).toBeCloseTo((10 * 0.5 + 100 - 5) / 20, 3);
  expect(right.beaten).toBe(true);
  const mean = beside({ kind: "number", labels, values: labels.map(() => 1e12 + 5) }, constant, undecided);
  expect(mean).toMatchObject({ beaten: false, gain: { value: 0 } });
});

test.each([20, 200])("a model without skill passes on %i rows one time in forty at most", (rows) => {
  const random = rng(rows);
  const trials = 300;
  const passed = { cost: 0, logLoss: 0, squaredError: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const labels = Array.from({ length: rows }, () => (random.uniform() < 0.25 ? "bad" : "good"));
    const bad = labels.map(() => Math.min(0.9, Math.max(0.02, 0.25 + 0.05 * random.normal())));
    if (beside(binary(labels, bad), learnt, undecided).beaten) passed.logLoss++;
    if (beside(binary(labels, bad), learnt, { threshold: 0.2, costs }).beaten) passed.cost++;
    const numbers = Float64Array.from({ length: rows }, () => random.normal());
    const values = numbers.map(() => 0.1 * random.normal());
    const centre = { kind: "number", mean: 0, median: 0 } as const;
    if (beside({ kind: "number", labels: numbers, values }, centre, undecided).beaten) passed.squaredError++;
  }
  for (const count of Object.values(passed)) expect(count / trials).toBeLessThanOrEqual(0.025 + 0.02);
});

test("a loss above the policy's is said with its interval turned round: value and bounds have one sign", () => {
  const gain = { loss: "log loss", value: -0.02482, low: -0.03705, high: -0.0126 } as const;
  const about = { policy: '"no" for every row', meanCost: null, beaten: false };
  expect(trivialText({ ...about, gain })).toContain("a mean log loss 0.02482 (0.0126 to 0.03705) above it");
  expect(trivialText({ ...about, gain: { ...gain, high: 0.01 } })).toContain("0.02482 (-0.01 to 0.03705) above it");
});

describe("rows that were drawn in groups", () => {
  // Eight rows of each of 20 persons, all alike: as much as 20 rows tell.
  const persons = 20;
  const groups = Int32Array.from({ length: persons * 8 }, (_, row) => Math.floor(row / 8));
  const each = <T>(of: (person: number) => T): T[] => Array.from(groups, of);
  const labelOf = (person: number): string => (person % 4 === 0 ? "bad" : "good");
  const badOf = (person: number): number => (person % 4 === 0 ? 0.5 : 0.2) + (person % 5) * 0.02;
  const alone = binary(
    Array.from({ length: persons }, (_, i) => labelOf(i)),
    Array.from({ length: persons }, (_, i) => badOf(i)),
  );
  const together = binary(each(labelOf), each(badOf));

  test.each([
    ["log loss", undecided],
    ["costs", { threshold: 0.4, costs }],
  ])("bound the gain in %s as their groups do", (_, decision) => {
    const expected = beside(alone, learnt, decision).gain;
    const { gain } = beside(together, learnt, { ...decision, groups });
    expect(gain.value).toBeCloseTo(expected.value, 10);
    expect(gain.low).toBeCloseTo(expected.low!, 6);
    expect(gain.high).toBeCloseTo(expected.high!, 6);
    expect(beside(together, learnt, decision).gain.low).toBeGreaterThan(gain.low! + 1e-3);
  });

  test("bound the gain in squared error as their groups do, and nine groups bound none", () => {
    const numbers = (of: readonly number[]): Predictions => ({
      kind: "number",
      labels: Float64Array.from(of),
      values: Float64Array.from(of, (value) => 0.8 * value),
    });
    const centre = { kind: "number", mean: 0, median: 0 } as const;
    const person = (i: number): number => (i % 7) - 3;
    const expected = beside(numbers(Array.from({ length: persons }, (_, i) => person(i))), centre, undecided).gain;
    const grouped = numbers(each(person));
    const { gain } = beside(grouped, centre, { ...undecided, groups });
    expect(gain.low).toBeCloseTo(expected.low!, 10);
    const nine = groups.map((group) => group % 9);
    expect(beside(grouped, centre, { ...undecided, groups: nine }).gain.low).toBeNull();
  });
});
