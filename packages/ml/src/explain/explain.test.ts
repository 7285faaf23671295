// Explanations of functions whose answer is known.
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { aucStatistic } from "../evaluate/auc.ts";
import { rmseStatistic } from "../evaluate/regression.ts";
import type { Columns } from "./columns.ts";
import { permutationImportance } from "./permutation-importance.ts";
import { shapleyValues } from "./shapley.ts";

const random = rng(6);
const numbers = (rows: number) => ({
  data: Float64Array.from({ length: rows }, () => random.normal()),
  shape: [rows, 1],
});
const at = (columns: Columns, name: string, row: number): number => Number(columns[name]!.data[row]);

describe("permutationImportance", () => {
  const rows = 400;
  const colours = Array.from({ length: rows }, () => (random.uniform() < 0.5 ? "red" : "blue"));
  const columns: Columns = {
    strong: numbers(rows),
    weak: numbers(rows),
    unused: numbers(rows),
    colour: { data: colours, shape: [rows, 1] },
  };
  const scores = (given: Columns) =>
    Float64Array.from(
      { length: rows },
      (_, i) => 2 * at(given, "strong", i) + 0.5 * at(given, "weak", i) + (given.colour!.data[i] === "red" ? 1 : 0),
    );
  const labels = Array.from(scores(columns), (score) => (score + random.normal() > 0.5 ? 1 : 0));
  const options = { columns, scores, seed: 1, strata: labels };

  test("ranks columns, and gives none to one that is not used", async () => {
    const metric = (s: ArrayLike<number>) => aucStatistic(labels, s);
    const found = await permutationImportance({ ...options, metric, higherIsBetter: true });
    expect(found.map(({ name }) => name)[0]).toBe("strong");
    const unused = found.find(({ name }) => name === "unused")!;
    expect([unused.value, unused.low, unused.high]).toEqual([0, 0, 0]);
    for (const name of ["strong", "colour"]) {
      const { low, high, value } = found.find((importance) => importance.name === name)!;
      expect(low).toBeGreaterThan(0);
      expect(value > low && value < high).toBe(true);
    }
    expect(await permutationImportance({ ...options, metric, higherIsBetter: true })).toEqual(found);
  });

  test("of squared error: twice the column's variance times its coefficient squared", async () => {
    const targets = scores(columns);
    const metric = (s: ArrayLike<number>) => {
      const rmse = rmseStatistic(targets, s);
      return (weights?: Float64Array) => rmse(weights) ** 2;
    };
    const found = await permutationImportance({ ...options, metric, higherIsBetter: false, repeats: 20 });
    const strong = found.find(({ name }) => name === "strong")!;
    expect(strong.value / (2 * 4)).toBeGreaterThan(0.85);
    expect(strong.value / (2 * 4)).toBeLessThan(1.15);
  });

  test("refuses columns that do not fit", async () => {
    const uneven = { a: numbers(3), b: numbers(2) };
    const metric = () => () => 0;
    await expect(
      permutationImportance({ columns: uneven, scores: () => [], metric, higherIsBetter: true, seed: 1 }),
    ).rejects.toMatchObject({ code: "explain-input-invalid" });
  });
});

describe("shapleyValues", () => {
  const background: Columns = { a: numbers(20), b: numbers(20), c: numbers(20) };
  const row: Columns = {
    a: { data: Float64Array.of(2), shape: [1, 1] },
    b: { data: Float64Array.of(-1), shape: [1, 1] },
    c: { data: Float64Array.of(3), shape: [1, 1] },
  };
  const mean = (name: string) => [...(background[name]!.data as Float64Array)].reduce((x, y) => x + y, 0) / 20;
  const linear = (given: Columns) =>
    Array.from({ length: given.a!.shape[0]! }, (_, i) => 1 + 2 * at(given, "a", i) - 3 * at(given, "b", i));
  const product = (given: Columns) =>
    Array.from({ length: given.a!.shape[0]! }, (_, i) => at(given, "a", i) * at(given, "b", i) + at(given, "c", i));
  const attribution = (result: Awaited<ReturnType<typeof shapleyValues>>, name: string) =>
    result.values.find((value) => value.name === name)!.value;

  test.each([10, 0])(
    "of a linear function: coefficient · (value − mean); exact up to %i columns",
    async (exactUpTo) => {
      const result = await shapleyValues({ row, background, scores: linear, exactUpTo, seed: 1 });
      expect(attribution(result, "a")).toBeCloseTo(2 * (2 - mean("a")), 10);
      expect(attribution(result, "b")).toBeCloseTo(-3 * (-1 - mean("b")), 10);
      expect(attribution(result, "c")).toBeCloseTo(0, 10);
      expect(result.score).toBeCloseTo(8, 10);
      expect(result.base + result.values.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(result.score, 10);
    },
  );

  test("of a product: the interaction is halved, and sampling agrees", async () => {
    const exact = await shapleyValues({ row, background, scores: product, seed: 1 });
    const [a, b] = [background.a!.data, background.b!.data] as [Float64Array, Float64Array];
    // Mean over background of ½[(x−a)b + (x−a)y] for x = 2, y = −1.
    const expected = a.reduce((sum, ai, i) => sum + ((2 - ai) * (b[i]! - 1)) / 2, 0) / 20;
    expect(attribution(exact, "a")).toBeCloseTo(expected, 10);
    const sampled = await shapleyValues({ row, background, scores: product, exactUpTo: 0, orderPairs: 2, seed: 1 });
    for (const { name, value } of sampled.values) expect(value).toBeCloseTo(attribution(exact, name), 10);
  });

  test("mixes text columns too, and refuses a column that the background lacks", async () => {
    const text: Columns = { word: { data: ["yes"], shape: [1, 1] } };
    const words: Columns = { word: { data: ["no", "yes", "no", "no"], shape: [4, 1] } };
    const scores = (given: Columns) => (given.word!.data as readonly string[]).map((word) => (word === "yes" ? 1 : 0));
    const result = await shapleyValues({ row: text, background: words, scores, seed: 1 });
    expect(result.base).toBeCloseTo(0.25, 12);
    expect(result.values[0]!.value).toBeCloseTo(0.75, 12);
    await expect(
      shapleyValues({ row: { ...text, other: numbers(1) }, background: words, scores, seed: 1 }),
    ).rejects.toMatchObject({ code: "explain-input-invalid" });
  });
});
