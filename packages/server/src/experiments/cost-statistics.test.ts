// Intervals, differences and p-values against SciPy's figures (tests/reference/experiment.py).
import { readFileSync } from "node:fs";
import type { UnitGroup } from "@lepta/ml";
import { describe, expect, test } from "vitest";
import { type CostSums, type Costs, costDifference, costInterval, estimate, tooFew } from "./cost-statistics.ts";
import { sampleRatio } from "./sample-ratio.ts";

interface Fixture {
  welch: {
    champion: number[];
    challenger: number[];
    interval: [number, number];
    difference: number;
    low: number;
    high: number;
    pValue: number;
  }[];
  rates: { events: number; labels: number; low: number; high: number }[];
  fisher: { table: number[][]; pValue: number }[];
  ratio: { counts: number[]; weights: number[]; pValue: number }[];
}
const fixture = JSON.parse(readFileSync(new URL("./fixtures/experiment.json", import.meta.url), "utf8")) as Fixture;

/** Sums over units, each a list of its predictions' costs. */
function sums(units: readonly (readonly number[])[]): CostSums {
  const of = units.map((costs) => ({ n: costs.length, c: costs.reduce((a, b) => a + b, 0) }));
  const total = (f: (unit: { n: number; c: number }) => number) => of.reduce((sum, unit) => sum + f(unit), 0);
  return {
    units: of.length,
    count: total((u) => u.n),
    cost: total((u) => u.c),
    countSquared: total((u) => u.n * u.n),
    countCost: total((u) => u.n * u.c),
    costSquared: total((u) => u.c * u.c),
  };
}
const single = (costs: readonly number[]) => sums(costs.map((cost) => [cost]));
/** Squared errors: nothing bounds them. */
const unbounded = (costs: readonly number[]): Costs => ({ sums: single(costs), groups: undefined, bounds: undefined });
/** Costs of one prediction each between 0 and `high`. */
function bounded(costs: readonly number[], high = 1): Costs {
  const groups: UnitGroup[] = [...new Set(costs)].map((sum) => ({
    rows: 1,
    sum,
    units: costs.filter((cost) => cost === sum).length,
  }));
  return { sums: single(costs), groups, bounds: { low: 0, high } };
}
const repeat = (value: number, times: number) => Array.from({ length: times }, () => value);

describe("against SciPy", () => {
  test.each(fixture.welch)("the Welch difference of unbounded costs, case %#", (expected) => {
    const difference = costDifference(unbounded(expected.champion), unbounded(expected.challenger));
    expect(difference?.value).toBeCloseTo(expected.difference, 12);
    if (Math.min(expected.champion.length, expected.challenger.length) < 30) {
      expect(difference).toMatchObject({ low: null, high: null, pValue: null });
      return;
    }
    expect(difference?.low).toBeCloseTo(expected.low, 7);
    expect(difference?.high).toBeCloseTo(expected.high, 7);
    expect(difference?.pValue).toBeCloseTo(expected.pValue, 8);
  });

  test.each(fixture.rates)("the exact interval of a rate: $events of $labels", ({ events, labels, low, high }) => {
    const interval = costInterval(bounded([...repeat(1, events), ...repeat(0, labels - events)]));
    expect(interval?.low).toBeCloseTo(low, 6);
    expect(interval?.high).toBeCloseTo(high, 6);
  });

  test.each(fixture.fisher)("the p-value of two rates nears twice Fisher's one-sided, case %#", ({ table, pValue }) => {
    const [a, b] = table.map(([events, none]) => bounded([...repeat(1, events!), ...repeat(0, none!)]));
    expect(Math.abs(costDifference(a!, b!)!.pValue! - pValue)).toBeLessThan(0.002);
  });

  test.each(fixture.ratio)("chi-square of the sample ratio, case %#", ({ counts, weights, pValue }) => {
    const ratio = sampleRatio(counts.map((units, i) => ({ units, weight: weights[i] as number })));
    expect(ratio?.pValue).toBeCloseTo(pValue, 9);
    expect(ratio?.mismatch).toBe(pValue < 0.001);
  });
});

describe("units", () => {
  test("predictions of one subject count as one unit: copies of each subject widen nothing and narrow nothing", () => {
    const costs = fixture.welch[0]?.champion ?? [];
    const once = estimate(single(costs));
    const fivefold = estimate(sums(costs.map((cost) => Array<number>(5).fill(cost))));
    expect(fivefold?.mean).toBeCloseTo(once?.mean ?? Number.NaN, 12);
    expect(fivefold?.variance).toBeCloseTo(once?.variance ?? Number.NaN, 12);
  });
});

describe("edges", () => {
  test("without labels there is no interval", () => {
    expect(costInterval(bounded([]))).toBeNull();
    expect(costInterval(unbounded([]))).toBeNull();
    expect(costDifference(bounded([0, 1]), bounded([]))).toBeNull();
  });

  test("one label says something, and says that it is too few", () => {
    const interval = costInterval(bounded([1]));
    expect(interval).toEqual({ value: 1, low: expect.closeTo(0.025, 6), high: 1 });
    expect(tooFew(interval, { low: 0, high: 1 })).toBe(true);
    expect(tooFew(costInterval(bounded(repeat(0, 20))), { low: 0, high: 1 })).toBe(false);
  });

  test("no event is no certainty: every interval and difference has a width", () => {
    for (const labels of [1, 2, 10, 500]) {
      const none = bounded(repeat(0, labels));
      expect(costInterval(none)).toMatchObject({ value: 0, low: 0 });
      expect(costInterval(none)!.high).toBeGreaterThan(3 / (labels + 3));
      const difference = costDifference(none, none)!;
      expect(difference).toMatchObject({ value: 0, pValue: 1 });
      expect(difference.low).toBeCloseTo(-difference.high!, 1);
      expect(difference.high).toBeGreaterThan(2.5 / (labels + 3));
    }
    const manyKinds = { ...bounded(repeat(0, 500)), groups: undefined };
    expect(costInterval(manyKinds)!.high).toBeGreaterThan(2 / 500);
    expect(costDifference(manyKinds, manyKinds)!.high).toBeGreaterThan(2 / 500);
  });

  test("squared errors of few predictions have a mean and no bounds", () => {
    expect(costInterval(unbounded([1, 4]))).toEqual({ value: 2.5, low: null, high: null });
    expect(tooFew(costInterval(unbounded([1, 4])), undefined)).toBe(true);
    const { low, high } = costInterval(unbounded(Array.from({ length: 40 }, (_, i) => i)))!;
    expect(low! * high!).toBeCloseTo(19.5 ** 2, 8);
  });
  test("sample ratio: nothing to test, and a unit where none can be", () => {
    expect(sampleRatio([{ units: 3, weight: 1 }])).toBeNull();
    expect(
      sampleRatio([
        { units: 0, weight: 0.5 },
        { units: 0, weight: 0.5 },
      ]),
    ).toBeNull();
    expect(
      sampleRatio([
        { units: 5, weight: 0 },
        { units: 5, weight: 0.5 },
        { units: 5, weight: 0.5 },
      ]),
    ).toEqual({
      pValue: 0,
      mismatch: true,
    });
  });
});
