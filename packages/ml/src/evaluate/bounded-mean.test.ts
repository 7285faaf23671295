// Intervals of bounded means: coverage counted out or drawn from known truths, at few labels and rare events.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { boundedDifference, boundedMean, type UnitGroup } from "./bounded-mean.ts";

/** `draws` of one row each, by their number. */
function groupsOf(draws: readonly number[]): UnitGroup[] {
  const counts = new Map<number, number>();
  for (const draw of draws) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  return [...counts].map(([sum, units]) => ({ units, rows: 1, sum }));
}

const repeat = (value: number, times: number): number[] => Array.from({ length: times }, () => value);

function binomial(n: number, k: number, p: number): number {
  let log = 0;
  for (let i = 0; i < k; i++) log += Math.log((n - i) / (i + 1));
  return Math.exp(log + k * Math.log(p) + (n - k) * Math.log(1 - p));
}

test.each([2, 5, 10, 50])("a rate from %i labels: every true rate is covered by 95 % of what can be drawn", (n) => {
  const intervals = Array.from({ length: n + 1 }, (_, k) =>
    boundedMean(groupsOf([...repeat(1, k), ...repeat(0, n - k)]), { low: 0, high: 1 }),
  );
  for (const { low, high } of intervals.map((one) => one!)) expect(high - low).toBeGreaterThan(3 / (n + 20));
  for (const p of [0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
    let covered = 0;
    for (const [k, one] of intervals.entries()) if (one!.low <= p && p <= one!.high) covered += binomial(n, k, p);
    expect(covered).toBeGreaterThanOrEqual(0.95);
  }
});

describe("costs of 0, 1 or 5", () => {
  const bounds = { low: 0, high: 5 };
  const worlds: readonly [string, readonly number[]][] = [
    ["rare and dear", [0.99, 0, 0.01]],
    ["as credit has them", [0.7, 0.2, 0.1]],
    ["always something", [0, 0.8, 0.2]],
  ];

  function draw(shares: readonly number[], n: number, random: ReturnType<typeof rng>): number[] {
    return Array.from({ length: n }, () => {
      const u = random.uniform();
      return u < shares[0]! ? 0 : u < shares[0]! + shares[1]! ? 1 : 5;
    });
  }

  test.each(worlds)("%s: the mean is covered", (_, shares) => {
    const truth = shares[1]! + 5 * shares[2]!;
    const random = rng(3);
    for (const [n, draws] of [
      [2, 200],
      [5, 200],
      [10, 200],
      [50, 100],
      [500, 40],
    ] as const) {
      const known = new Map<string, boolean>();
      let covered = 0;
      for (let i = 0; i < draws; i++) {
        const costs = draw(shares, n, random).sort();
        const key = costs.join();
        let found = known.get(key);
        if (found === undefined) {
          const { low, high } = boundedMean(groupsOf(costs), bounds)!;
          found = low <= truth && truth <= high;
          known.set(key, found);
        }
        if (found) covered++;
      }
      expect(covered / draws).toBeGreaterThanOrEqual(0.95 - 3 * Math.sqrt((0.95 * 0.05) / draws));
    }
  });

  test("the difference of two variants is covered, and p is small one time in twenty at most", () => {
    const random = rng(4);
    for (const [n, m] of [
      [2, 2],
      [10, 5],
      [50, 20],
    ] as const) {
      const draws = 25;
      let covered = 0;
      let small = 0;
      for (let i = 0; i < draws; i++) {
        const [a, b] = [draw([0.7, 0.2, 0.1], n, random), draw([0.7, 0.2, 0.1], m, random)];
        const { low, high, pValue } = boundedDifference(groupsOf(a), groupsOf(b), bounds)!;
        if (low <= 0 && 0 <= high) covered++;
        if (pValue < 0.05) small++;
        expect(high).toBeGreaterThan(low);
      }
      expect(covered).toBeGreaterThanOrEqual(22);
      expect(small).toBe(draws - covered);
    }
  });
});

test("units of many rows are no more certain than units of one", () => {
  const single = groupsOf([...repeat(0, 9), ...repeat(1, 3)]);
  const tenfold = single.map(({ units, sum }) => ({ units, rows: 10, sum: 10 * sum }));
  const [one, ten] = [single, tenfold].map((groups) => boundedMean(groups, { low: 0, high: 1 })!);
  expect(ten!.low).toBeCloseTo(one!.low, 7);
  expect(ten!.high).toBeCloseTo(one!.high, 7);
});

test("without units there is nothing to say; where all costs are the same, nothing to doubt", () => {
  expect(boundedMean([], { low: 0, high: 1 })).toBeUndefined();
  expect(boundedDifference([], groupsOf([1]), { low: 0, high: 1 })).toBeUndefined();
  expect(boundedMean(groupsOf([2, 2]), { low: 2, high: 2 })).toEqual({ value: 2, low: 2, high: 2 });
});
