// Synthetic rows: the columns' distributions and their ties are kept, no row is copied.
import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { correlation, normalCdf, normalQuantile, ranksOf, sortedPresent } from "../statistics.ts";
import { columnOf, makeTable, type Table } from "../table.ts";
import { cholesky } from "./cholesky.ts";
import { fitCopula } from "./copula.ts";

const n = 1500;
function sample(): Table {
  const random = rng(11);
  const z = Float64Array.from({ length: n }, () => random.normal());
  const w = z.map((value) => 0.8 * value + 0.6 * random.normal());
  return makeTable([
    { name: "income", type: "number", data: z.map((value) => Math.exp(value)) },
    { name: "age", type: "number", data: w.map((value) => Math.round(40 + 10 * value)) },
    { name: "gap", type: "number", data: w.map((value, i) => (i % 5 === 0 ? Number.NaN : -value)) },
    { name: "job", type: "category", data: Array.from(z, (value) => (value > 0.8 ? "c" : value > -0.3 ? "b" : "a")) },
    { name: "y", type: "boolean", data: z.map((value) => Number(value + random.normal() > 0.7)) },
  ]);
}
const numbersOf = (table: Table, name: string): Float64Array => columnOf(table, name).data as Float64Array;
const share = (table: Table, name: string, value: unknown): number =>
  [...columnOf(table, name).data].filter((one) => Object.is(one, value)).length / table.rowCount;

test("marginals and correlations are kept", () => {
  const real = sample();
  const made = fitCopula(real).sample(4000, { seed: 3 });
  for (const name of ["income", "age", "gap"]) {
    const a = sortedPresent(numbersOf(real, name));
    const b = sortedPresent(numbersOf(made, name));
    // Two-sample Kolmogorov–Smirnov distance.
    let distance = 0;
    for (const value of a) {
      const below = (of: Float64Array) => of.filter((one) => one <= value).length / of.length;
      distance = Math.max(distance, Math.abs(below(a) - below(b)));
    }
    expect(distance, name).toBeLessThan(0.04);
  }
  for (const value of ["a", "b", "c"]) expect(share(made, "job", value)).toBeCloseTo(share(real, "job", value), 1);
  expect(Math.abs(share(made, "gap", Number.NaN) - 0.2)).toBeLessThan(0.02);
  expect(Math.abs(share(made, "y", 1) - share(real, "y", 1))).toBeLessThan(0.03);
  const tie = (table: Table, a: string, b: string) =>
    correlation(ranksOf(numbersOf(table, a)), ranksOf(numbersOf(table, b)));
  for (const [a, b] of [
    ["income", "age"],
    ["income", "y"],
    ["age", "y"],
  ] as const)
    expect(Math.abs(tie(real, a, b) - tie(made, a, b)), `${a}, ${b}`).toBeLessThan(0.06);
  expect(numbersOf(made, "age").every((value) => Number.isInteger(value))).toBe(true);
});

test("no row is copied, also where whole rows are likely to come again; the seed decides", () => {
  const index = Array.from({ length: 300 }, (_, i) => i);
  const random = rng(2);
  const small = makeTable(
    ["a", "b", "c", "d"].map((name) => ({
      name,
      type: "category" as const,
      data: index.map(() => "uvwxyz"[random.integer(6)]!),
    })),
  );
  const known = new Set(small.rowHashes);
  const made = fitCopula(small).sample(500, { seed: 1 });
  expect(made.rowCount).toBe(500);
  expect(made.rowHashes.some((hash) => known.has(hash))).toBe(false);
  expect(fitCopula(small).sample(500, { seed: 1 }).hash).toBe(made.hash);
  expect(fitCopula(small).sample(500, { seed: 2 }).hash).not.toBe(made.hash);
  const two = makeTable([{ name: "a", type: "category", data: index.map((i) => (i % 2 === 0 ? "x" : "y")) }]);
  expect(() => fitCopula(two).sample(1)).toThrow("so few different rows");
});

test("the normal distribution and the factor are right", () => {
  // Figures of SciPy 1.x: norm.cdf, norm.ppf.
  expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 6);
  expect(normalCdf(-3)).toBeCloseTo(0.0013498980316300933, 7);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 7);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 7);
  const r = [Float64Array.of(1, 0.5), Float64Array.of(0.5, 1)];
  expect(cholesky(r)[1]![0]).toBeCloseTo(0.5, 6);
  // Not positive definite: a ~ b, b ~ c, a ~ -c.
  const impossible = [Float64Array.of(1, 0.9, -0.9), Float64Array.of(0.9, 1, 0.9), Float64Array.of(-0.9, 0.9, 1)];
  expect(
    cholesky(impossible)
      .flatMap((row) => [...row])
      .every(Number.isFinite),
  ).toBe(true);
});
