// Categories with more values than columns: what the rarer ones say is learnt, shrunken, and never from the row itself.
import { inferSchema, makeTable, type Table, takeRows } from "@lepta/data";
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { fitEffects } from "../inputs/categories/category-effects.ts";
import { train } from "../tasks/train.ts";

const every = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

describe("an effect", () => {
  // Four values, means 0, 1, 4, 5 less the average 2.5; within: 4 × 2 × 1 / 4 = 2; between: 2 × 17 / 3.
  const values = ["a", "a", "b", "b", "c", "c", "d", "d"];
  const numbers = { kind: "numbers", values: Float64Array.of(-1, 1, 0, 2, 3, 5, 4, 6) } as const;

  test("is the value's mean drawn to the average by the ratio of both variances", () => {
    const { effects } = fitEffects(values, numbers, { among: every(8), folds: [], watched: every(0) });
    const shrinkage = 2 / ((34 / 3 - 2) / 2);
    const expected = [-2.5, -1.5, 1.5, 2.5].map((mean) => (2 * mean) / (2 + shrinkage));
    const scale = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / 4);
    expect(effects?.values).toEqual(["a", "b", "c", "d"]);
    for (const [i, effect] of expected.entries()) expect(effects?.effects[i]).toBeCloseTo(effect / scale, 10);
  });

  test("of a row to learn from comes from the other folds alone, and never from a watched row", () => {
    const many = Array.from({ length: 24 }, (_, i) => ["a", "b", "c"][i % 3]!);
    const answers = Float64Array.from(many, (value, i) => ({ a: -1, b: 0, c: 2 })[value]! + ((i * 7) % 5) / 4);
    const folds = [0, 1, 2].map((fold) => every(8).map((i) => 8 * fold + i));
    const rows = { among: every(24), folds, watched: folds[2]! };
    const crossFitted = (values: Float64Array) => fitEffects(many, { kind: "numbers", values }, rows).crossFitted;
    const [before, own, watched] = [answers, answers.with(0, 3), answers.with(16, 3)].map(crossFitted);
    // Another answer changes the unit of all effects: shares of the first effect tell the rest.
    const changed = (after: Float32Array, fold: Int32Array) =>
      [...fold].some((row) => Math.abs(after[row]! / after[fold[0]!]! - before![row]! / before![fold[0]!]!) > 1e-5);
    expect(folds.map((fold) => changed(own!, fold))).toEqual([false, true, true]);
    expect(folds.map((fold) => changed(watched!, fold))).toEqual([false, false, false]);
  });

  test("is nothing where values differ no more than their rows do, and where each has one row", () => {
    const alike = { kind: "numbers", values: Float64Array.of(-1, 1, 1, -1, 1, -1, -1, 1) } as const;
    expect(fitEffects(values, alike, { among: every(8), folds: [], watched: every(0) }).effects).toBeUndefined();
    const unique = Array.from({ length: 8 }, (_, i) => `v${i}`);
    expect(fitEffects(unique, numbers, { among: every(8), folds: [], watched: every(0) }).effects).toBeUndefined();
  });

  test("of classes is a finite difference of log-odds, also where a value has one class alone", () => {
    const classes = { kind: "classes", values: Int32Array.of(0, 0, 0, 1, 1, 1, 1, 1), classes: 3 } as const;
    const { effects } = fitEffects(values, classes, { among: every(8), folds: [], watched: every(0) });
    expect(effects?.width).toBe(3);
    expect(effects?.effects.every(Number.isFinite)).toBe(true);
  });
});

interface Made {
  readonly rows: number;
  readonly values: number;
  readonly spread: number;
  readonly task: "binary" | "multiclass" | "regression";
}

/** A column of many values, each with an effect of its own, beside a number that says nothing. */
function made({ rows, values, spread, task }: Made): Table {
  const random = rng(5);
  const effects = Float64Array.from({ length: values }, () => spread * random.normal());
  const at = Int32Array.from({ length: rows }, () => random.integer(values));
  const noisy = Array.from(at, (value) => effects[value]! + random.normal());
  const x = Float64Array.from({ length: rows }, () => random.normal());
  const cut = task === "binary" ? [0] : [-1, 1];
  const y = noisy.map((value) => `class ${cut.filter((edge) => value > edge).length}`);
  return makeTable([
    { name: "shop", type: "category", data: Array.from(at, (value) => `shop ${value}`) },
    { name: "x", type: "number", data: x },
    task === "regression"
      ? { name: "y", type: "number", data: Float64Array.from(noisy) }
      : { name: "y", type: "category", data: y },
  ]);
}

async function learnt(one: Made, model: "linear" | "network") {
  const linear = one.task === "regression" ? "linear" : "logistic";
  const table = made(one);
  const cut = Math.floor(one.rows * 0.75);
  const trained = await train({
    train: takeRows(table, every(cut)),
    schema: inferSchema(table, { target: "y" }),
    ...(model === "linear" ? { model: linear } : { model, settings: { epochs: 5, lr: 0.02, members: 1 } }),
  });
  const test = takeRows(
    table,
    every(one.rows - cut).map((i) => i + cut),
  );
  return { trained, heldOut: pointMetrics(trained.heldOut), test: pointMetrics(await trained.predict(test)) };
}

describe.each(["linear", "network"] as const)("the %s model", (model) => {
  test("ranks by 200 values nearly as well as by their true effects", async () => {
    const { trained, test, heldOut } = await learnt({ rows: 3000, values: 200, spread: 1.5, task: "binary" }, model);
    // The true effects reach .91; 64 columns alone .70.
    expect(test.auc).toBeGreaterThan(0.87);
    expect(heldOut.auc).toBeCloseTo(test.auc!, 1);
    expect(trained.features.notes).toEqual([
      "shop has 200 values: the 64 commonest have a column each, 136 count by the average target of their rows, drawn to that of all where they are few",
    ]);
  });

  test("learns more than two classes, and numbers, from many values", async () => {
    const classes = await learnt({ rows: 2000, values: 120, spread: 2, task: "multiclass" }, model);
    expect(classes.test.auc).toBeGreaterThan(0.85);
    const numbers = await learnt({ rows: 2000, values: 120, spread: 2, task: "regression" }, model);
    expect(numbers.test.r2).toBeGreaterThan(0.72);
  });

  test("is not taken in by nearly unique values, on rows held out of the training no more than on new ones", async () => {
    const { test, heldOut } = await learnt({ rows: 2000, values: 4000, spread: 0, task: "binary" }, model);
    expect(Math.abs(heldOut.auc! - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(test.auc! - 0.5)).toBeLessThan(0.08);
  });
});
