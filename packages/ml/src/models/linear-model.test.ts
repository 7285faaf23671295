// The baseline against scikit-learn's optimum, its held-out predictions, and how it stops.
import { buildGraph, createSession, input } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import reference from "./fixtures/linear-models.json" with { type: "json" };
import { fitLinear } from "./linear-model.ts";
import type { FittedModel, Matrix, ModelEvent, Target } from "./model.ts";
import { softmaxObjective } from "./objectives/softmax.ts";
import { squaredObjective } from "./objectives/squared.ts";

const x: Matrix = { data: Float32Array.from(reference.x.flat()), rows: reference.x.length, columns: 4 };
const heldOut = [Int32Array.from({ length: 12 }, (_, i) => i * 5)];

async function predict(fit: FittedModel, matrix: Matrix): Promise<Float32Array> {
  const prediction = fit.predict(input("x", "float32", ["N", matrix.columns]));
  const session = await createSession(buildGraph({ prediction }));
  const result = await session.run({ x: { data: matrix.data, shape: [matrix.rows, matrix.columns] } });
  await session.close();
  return result.prediction!.data as Float32Array;
}

function largestGap(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)));
}

describe("fitLinear", () => {
  test.each([...reference.binary, ...reference.multiclass])(
    "equals scikit-learn's logistic regression (C = $c)",
    async ({ labels, c, probabilities }) => {
      const classes = probabilities[0]!.length;
      const target: Target = { objective: softmaxObjective(classes), values: Int32Array.from(labels) };
      const fit = await fitLinear({ x, target, heldOut, c, seed: 0 });
      expect(largestGap(await predict(fit, x), probabilities.flat())).toBeLessThan(1e-5);
    },
  );

  test("equals scikit-learn's ridge regression", async () => {
    const target: Target = { objective: squaredObjective, values: Float64Array.from(reference.ridge.values) };
    const fit = await fitLinear({ x, target, heldOut, seed: 0 });
    expect(largestGap(await predict(fit, x), reference.ridge.predictions)).toBeLessThan(1e-5);
  });

  test("predicts held-out rows by a fit without them, and no others", async () => {
    const values = Int32Array.from(reference.binary[0]!.labels);
    const fit = (labels: Int32Array) =>
      fitLinear({ x, target: { objective: softmaxObjective(2), values: labels }, heldOut, seed: 0 });
    const flipped = values.map((label, row) => (row % 5 === 0 ? 1 - label : label));
    const { heldOut: before } = await fit(values);
    const { heldOut: after } = await fit(flipped);
    expect([...after]).toEqual([...before]);
    expect(before.length).toBe(x.rows * 2);
    for (let row = 0; row < x.rows; row++) expect(Number.isNaN(before[row * 2])).toBe(row % 5 !== 0);
  });

  test("tells its progress and stops at the signal", async () => {
    const target: Target = { objective: softmaxObjective(2), values: Int32Array.from(reference.binary[0]!.labels) };
    const events: ModelEvent[] = [];
    const fit = await fitLinear({ x, target, heldOut, seed: 0, onEvent: (event) => events.push(event) });
    expect(events.at(-1)).toMatchObject({ epoch: fit.epochs, total: fit.epochs });
    expect(events.at(-1)!.heldOutLoss).toBeGreaterThan(0);
    expect(events.map(({ loss }) => loss)).toEqual(events.map(({ loss }) => loss).sort((a, b) => b - a));
    const controller = new AbortController();
    const stopped = fitLinear({
      x,
      target,
      heldOut,
      seed: 0,
      signal: controller.signal,
      onEvent: () => controller.abort("enough"),
    });
    await expect(stopped).rejects.toMatchObject({ code: "training-aborted", cause: "enough" });
  });

  test("a number that is not finite is an error, not a model", async () => {
    const broken = { ...x, data: x.data.map((value, i) => (i === 7 ? Number.NaN : value)) };
    const target: Target = { objective: squaredObjective, values: Float64Array.from(reference.ridge.values) };
    await expect(fitLinear({ x: broken, target, heldOut, seed: 0 })).rejects.toMatchObject({ code: "loss-not-finite" });
  });
});
