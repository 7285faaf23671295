// Intervals, differences and p-values against SciPy's figures (tests/reference/experiment.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CostSums, costDifference, costInterval, estimate } from "./cost-statistics.ts";
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

describe("against SciPy", () => {
  test.each(fixture.welch)("mean interval and Welch difference, case %#", (expected) => {
    const champion = single(expected.champion);
    const interval = costInterval(champion);
    expect(interval?.low).toBeCloseTo(expected.interval[0], 7);
    expect(interval?.high).toBeCloseTo(expected.interval[1], 7);
    const difference = costDifference(champion, single(expected.challenger));
    expect(difference?.value).toBeCloseTo(expected.difference, 12);
    expect(difference?.low).toBeCloseTo(expected.low, 7);
    expect(difference?.high).toBeCloseTo(expected.high, 7);
    expect(difference?.pValue).toBeCloseTo(expected.pValue, 8);
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
  test("below two units there is no interval", () => {
    expect(costInterval(single([]))).toBeNull();
    expect(costInterval(single([1]))).toBeNull();
    expect(costDifference(single([1, 2]), single([1]))).toBeNull();
  });
  test("without variation the interval is a point and p is 1 or 0", () => {
    expect(costDifference(single([1, 1]), single([1, 1, 1]))).toEqual({ value: 0, low: 0, high: 0, pValue: 1 });
    expect(costDifference(single([0, 0]), single([1, 1]))).toEqual({ value: 1, low: 1, high: 1, pValue: 0 });
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
