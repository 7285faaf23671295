// Boosting: a tree worked out by hand, slopes against finite differences, where missing values go, and what stays held out.
import { buildGraph, createSession, decisionTrees, decodeOnnx, encodeOnnx, input, rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import type { FittedModel, Matrix, ModelEvent, Target } from "../model.ts";
import type { Objective } from "../objectives/objective.ts";
import { softmaxObjective } from "../objectives/softmax.ts";
import { squaredObjective } from "../objectives/squared.ts";
import { binsOf, missingBin } from "./bins.ts";
import { fitBoosting } from "./boosting.ts";
import { addTree, growTree } from "./grow-tree.ts";

async function predict(fit: FittedModel, x: Matrix): Promise<Float32Array> {
  const graph = buildGraph({ prediction: fit.predict(input("x", "float32", ["N", x.columns])) });
  const session = await createSession(decodeOnnx(encodeOnnx(graph)));
  const result = await session.run({ x: { data: x.data, shape: [x.rows, x.columns] } });
  await session.close();
  return result.prediction!.data as Float32Array;
}

const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]!.length,
});
const counting = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
const parts = (rows: number, count: number): Int32Array[] =>
  Array.from({ length: count }, (_, part) => counting(rows).filter((row) => row % count === part));
const everything = { leaves: 8, minRows: 1, minCurvature: 0, l2: 1, rate: 1 };

describe("bins", () => {
  test("have an edge between neighbours, which is a float32 number, and one bin for missing values", () => {
    const next = 1 + 2 ** -23;
    const { data, edges } = binsOf(matrix([[3], [1], [Number.NaN], [next], [3], [-Infinity]]));
    expect([...edges[0]!]).toEqual([-Infinity, 1, 2]);
    expect([...data]).toEqual([3, 1, missingBin(edges[0]!), 2, 3, 0]);
  });

  test("hold equally many rows where there are more values than bins; values fall on their side of every edge", () => {
    const random = rng(1);
    const x: Matrix = { data: Float32Array.from({ length: 4000 }, () => random.normal()), rows: 4000, columns: 1 };
    const { data, edges } = binsOf(x);
    expect(edges[0]!.length).toBe(254);
    const counts = new Int32Array(255);
    for (const [row, bin] of data.entries()) {
      counts[bin]!++;
      if (bin > 0) expect(x.data[row]!).toBeGreaterThan(edges[0]![bin - 1]!);
      if (bin < 254) expect(x.data[row]!).toBeLessThanOrEqual(edges[0]![bin]!);
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });
});

describe("growTree", () => {
  const slopes = (gradients: readonly number[]) => ({
    gradients: Float32Array.from(gradients),
    curvatures: new Float32Array(gradients.length).fill(1),
  });

  test("is the tree that is worked out by hand", () => {
    // Gradients −4, −4, 1, 3 at 1, 2, 3, 4, l2 = 1. Splits gain 16/2 + 0/4 − 16/5, 64/3 + 16/3 − 16/5, 49/4 + 9/2 − 16/5:
    // the second is best. On its right 1/2 + 9/2 − 16/3 < 0, on its left 16/2 + 16/2 − 64/3 < 0: no more splits.
    const bins = binsOf(matrix([[1], [2], [3], [4]]));
    const tree = growTree(bins, counting(4), slopes([-4, -4, 1, 3]), counting(1), everything);
    expect(tree).toEqual({
      features: Int32Array.of(0, 0, 0),
      thresholds: Float32Array.of(2.5, 0, 0),
      bins: Uint8Array.of(1, 0, 0),
      missingLeft: Uint8Array.of(0, 0, 0),
      left: Int32Array.of(1, 0, 0),
      right: Int32Array.of(2, 0, 0),
      values: Float32Array.of(0, 8 / 3, -4 / 3),
    });
    const scores = new Float64Array(4);
    addTree(tree, bins, counting(4), scores, 1, 0);
    expect([...scores]).toEqual([8 / 3, 8 / 3, -4 / 3, -4 / 3].map(Math.fround));
  });

  test("sends missing values to the side that is better for them, or alone against all others", () => {
    const bins = binsOf(matrix([[1], [1], [2], [2], [Number.NaN], [Number.NaN]]));
    const grown = (missing: number, present: readonly number[]) =>
      growTree(bins, counting(6), slopes([...present, missing, missing]), counting(1), { ...everything, leaves: 2 });
    const went = (left: number, bin: number) => ({
      missingLeft: Uint8Array.of(left, 0, 0),
      bins: Uint8Array.of(bin, 0, 0),
    });
    expect(grown(-1, [-1, -1, 1, 1])).toMatchObject(went(1, 0));
    expect(grown(1, [-1, -1, 1, 1])).toMatchObject(went(0, 0));
    const alone = grown(5, [-1, -1, -1, -1]);
    expect(alone).toMatchObject(went(0, 1));
    expect(alone.thresholds[0]).toBe(Math.fround(3.4028234663852886e38));
    const whole = binsOf(matrix([[1], [2], [2]]));
    const three = { gradients: Float32Array.of(3, -1, -1), curvatures: Float32Array.of(1, 1, 1) };
    expect(growTree(whole, counting(3), three, counting(1), everything).missingLeft[0]).toBe(0);
  });

  test("keeps to its limits", () => {
    const random = rng(2);
    const x: Matrix = { data: Float32Array.from({ length: 900 }, () => random.normal()), rows: 300, columns: 3 };
    const bins = binsOf(x);
    const gradients = slopes(Array.from({ length: 300 }, (_, i) => x.data[3 * i]! * x.data[3 * i + 1]!));
    const rows = counting(300);
    const tree = growTree(bins, rows, gradients, Int32Array.of(0, 1), { ...everything, minRows: 25, leaves: 6 });
    expect(rows.toSorted()).toEqual(counting(300));
    expect(Array.from(tree.left).filter((left) => left === 0).length).toBeLessThanOrEqual(6);
    expect(tree.features).not.toContain(2);
    const scores = new Float64Array(300);
    addTree(tree, bins, rows, scores, 1, 0);
    const sizes = new Map<number, number>();
    for (const score of scores) sizes.set(score, (sizes.get(score) ?? 0) + 1);
    expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(25);
    const flat = growTree(bins, rows, gradients, counting(3), { ...everything, minCurvature: 200 });
    expect(flat.left).toEqual(Int32Array.of(0));
  });
});

test("the graph sends every row where the trainer sends it", async () => {
  const random = rng(8);
  const count = 500;
  const x: Matrix = {
    // Few digits, so that many values lie on edges' neighbours; some are missing.
    data: Float32Array.from({ length: 4 * count }, () =>
      random.uniform() < 0.15 ? Number.NaN : Math.round(random.normal() * 8) / 7,
    ),
    rows: count,
    columns: 4,
  };
  const bins = binsOf(x);
  const scores = new Float64Array(2 * count);
  const trees = Array.from({ length: 30 }, (_, i) => {
    const gradients = Float32Array.from({ length: count }, () => random.normal());
    const own = { gradients, curvatures: new Float32Array(count).fill(1) };
    const target = i % 2;
    const tree = growTree(bins, counting(count), own, counting(4), { ...everything, leaves: 16 });
    addTree(tree, bins, counting(count), scores, 2, target);
    return { ...tree, target };
  });
  const graph = buildGraph({ sums: decisionTrees(input("x", "float32", ["N", 4]), { trees, base: [0, 0.5] }) });
  const session = await createSession(decodeOnnx(encodeOnnx(graph)));
  const { sums } = await session.run({ x: { data: x.data, shape: [count, 4] } });
  await session.close();
  const gaps = Array.from(sums!.data as Float32Array, (sum, i) => Math.abs(sum - scores[i]! - 0.5 * (i % 2)));
  expect(Math.max(...gaps)).toBeLessThan(1e-5);
});

describe("objectives", () => {
  test.each<[string, Objective, readonly number[]]>([
    ["two classes", softmaxObjective(2), [0, 1]],
    ["four classes", softmaxObjective(4), [0, 2, 3]],
    ["numbers", squaredObjective, [-1.5, 0.25]],
  ])("%s: first and second derivatives are those of the loss", (_, objective, values) => {
    const random = rng(3);
    const width = objective.scores;
    const lossOf = (scores: Float64Array, value: number): number => {
      // In float64: answers are kept in float32, which differences do not stand.
      if (objective === squaredObjective) return 0.5 * (scores[0]! - value) ** 2;
      const logits = width === 1 ? [0, scores[0]!] : [...scores];
      return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[value]!;
    };
    for (const value of values) {
      const scores = Float64Array.from({ length: width }, () => random.normal());
      const gradients = new Float32Array(width);
      const curvatures = new Float32Array(width);
      objective.gradients(scores, 0, value, gradients, curvatures, 0);
      const answers = new Float32Array(objective.width);
      objective.answerOfScores(scores, 0, answers, 0);
      expect(objective.likelihood * objective.lossOf(answers, 0, value)).toBeCloseTo(lossOf(scores, value), 5);
      const step = 1e-4;
      for (let i = 0; i < width; i++) {
        const at = (by: number): number => lossOf(scores.with(i, scores[i]! + by), value);
        expect(gradients[i]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 5);
        expect(curvatures[i]).toBeCloseTo((at(step) - 2 * at(0) + at(-step)) / step ** 2, 5);
      }
    }
  });
});

describe("fitBoosting", () => {
  const rows = 400;
  const random = rng(5);
  const x: Matrix = {
    data: Float32Array.from({ length: rows * 3 }, () => (random.uniform() < 0.1 ? Number.NaN : random.normal())),
    rows,
    columns: 3,
  };
  const score = (row: number): number => {
    const [a, b] = [x.data[3 * row]!, x.data[3 * row + 1]!];
    return Number.isNaN(a) ? 2 : a * (Number.isNaN(b) ? 1 : b);
  };
  const targets: Readonly<Record<string, Target>> = {
    "two classes": {
      objective: softmaxObjective(2),
      values: Int32Array.from({ length: rows }, (_, row) => Number(score(row) > 0)),
    },
    "three classes": {
      objective: softmaxObjective(3),
      values: Int32Array.from({ length: rows }, (_, row) => (score(row) > 1 ? 2 : Number(score(row) > -0.2))),
    },
    numbers: {
      objective: squaredObjective,
      values: Float64Array.from({ length: rows }, (_, row) => score(row)),
    },
  };
  const quick = { seed: 1, leaves: 8, minRows: 5, rate: 0.1, rounds: 80 };

  test.each(Object.entries(targets))("%s: learns what no line can", async (_, target) => {
    const fit = await fitBoosting({ x, target, heldOut: parts(rows, 4), ...quick });
    const { objective, values } = target;
    const { width } = objective;
    const loss = (answers: Float32Array): number =>
      Array.from(values, (value, row) => objective.lossOf(answers, row * width, value)).reduce((a, b) => a + b) / rows;
    const constant = await fitBoosting({ x, target, heldOut: parts(rows, 4), ...quick, rounds: 1, rate: 1e-9 });
    expect(loss(fit.heldOut)).toBeLessThan(0.7 * loss(constant.heldOut));
    expect(loss(await predict(fit, x))).toBeLessThan(loss(fit.heldOut));
  });

  test("the same seed gives the same model, another seed another one", async () => {
    const options = { x, target: targets["two classes"]!, heldOut: parts(rows, 2), ...quick, rounds: 10 };
    const first = await fitBoosting(options);
    const again = await fitBoosting(options);
    expect(again.heldOut).toEqual(first.heldOut);
    expect(await predict(again, x)).toEqual(await predict(first, x));
    expect((await fitBoosting({ ...options, seed: 2 })).heldOut).not.toEqual(first.heldOut);
  });

  test("the labels of held-out rows have no part in their predictions", async () => {
    const { objective, values } = targets["two classes"]!;
    const fit = (own: Target) =>
      fitBoosting({ x, target: own, heldOut: parts(rows, 2).slice(0, 1), ...quick, rounds: 1 });
    const flipped = (values as Int32Array).map((label, row) => (row % 2 === 0 ? 0 : label));
    const before = (await fit({ objective, values })).heldOut;
    expect([...(await fit({ objective, values: flipped })).heldOut]).toEqual([...before]);
    for (let row = 0; row < rows; row++) expect(Number.isNaN(before[2 * row])).toBe(row % 2 !== 0);
  });

  test("stops where the held-out loss no longer falls, and keeps as many rounds as were best", async () => {
    const noise: Target = {
      objective: softmaxObjective(2),
      values: Int32Array.from({ length: rows }, () => random.integer(2)),
    };
    const events: ModelEvent[] = [];
    const options = { x, target: noise, heldOut: parts(rows, 2), ...quick, patience: 5 };
    const fit = await fitBoosting({ ...options, onEvent: (event) => events.push(event) });
    expect(events.length).toBe(fit.epochs + 5);
    const losses = events.map(({ heldOutLoss }) => heldOutLoss!);
    expect(Math.min(...losses)).toBe(losses[fit.epochs - 1]);
    expect(events.at(-1)!.loss).toBeLessThan(events[0]!.loss);
  });

  test("of two shapes the one with the lower held-out loss is kept", async () => {
    const { leaves: _, rate: __, ...options } = { x, target: targets.numbers!, heldOut: parts(rows, 4), ...quick };
    const both: ModelEvent[] = [];
    const fit = await fitBoosting({ ...options, onEvent: (event) => both.push(event) });
    const losses = both.map(({ heldOutLoss }) => heldOutLoss!);
    const kept = both[losses.indexOf(Math.min(...losses))]!;
    expect(fit.epochs).toBe(((kept.epoch - 1) % options.rounds) + 1);
    expect(both.at(-1)).toMatchObject({ total: 2 * options.rounds });
    expect(both.at(-1)!.epoch).toBeGreaterThan(options.rounds);
    const large = { leaves: 31, rate: 0.1, columnShare: 0.8 };
    const small = { leaves: 8, rate: 0.05, columnShare: 0.5 };
    const alone = await fitBoosting({ ...options, ...(kept.epoch > options.rounds ? large : small) });
    expect(fit.heldOut).toEqual(alone.heldOut);
  });

  test("stops at the signal; a loss that is no number is an error; a target of one value is a constant", async () => {
    const controller = new AbortController();
    const target = targets.numbers!;
    const options = { x, target, heldOut: parts(rows, 2), ...quick };
    const stopped = fitBoosting({ ...options, signal: controller.signal, onEvent: () => controller.abort("enough") });
    await expect(stopped).rejects.toMatchObject({ code: "training-aborted", cause: "enough" });
    const broken = Float64Array.from(target.values, (value, row) => (row === 7 ? Number.NaN : value));
    await expect(fitBoosting({ ...options, target: { ...target, values: broken } })).rejects.toMatchObject({
      code: "loss-not-finite",
    });
    const same = await fitBoosting({ ...options, target: { ...target, values: new Float64Array(rows).fill(3) } });
    expect(new Set(await predict(same, x))).toEqual(new Set([3]));
  });
});
