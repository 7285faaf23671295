// The network: learns what no line can, is repeatable, and keeps held-out rows out.
import { buildGraph, createSession, input, rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import type { FittedModel, Matrix, Target } from "./model.ts";
import { fitNetwork } from "./network.ts";
import { softmaxObjective } from "./objectives/softmax.ts";
import { squaredObjective } from "./objectives/squared.ts";

const rows = 200;
const random = rng(5);
const x: Matrix = { data: Float32Array.from({ length: rows * 2 }, () => random.normal()), rows, columns: 2 };
/** Exclusive or: the sign of the product. */
const xor: Target = {
  objective: softmaxObjective(2),
  values: Int32Array.from({ length: rows }, (_, row) => Number(x.data[2 * row]! * x.data[2 * row + 1]! > 0)),
};
const parts = (count: number): Int32Array[] =>
  Array.from({ length: count }, (_, part) =>
    Int32Array.from({ length: rows }, (_, row) => row).filter((row) => row % count === part),
  );
const quick = { seed: 1, members: 4, lr: 0.01, epochs: 40 };

async function predict(fit: FittedModel): Promise<Float32Array> {
  const session = await createSession(buildGraph({ prediction: fit.predict(input("x", "float32", ["N", 2])) }));
  const result = await session.run({ x: { data: x.data, shape: [rows, 2] } });
  await session.close();
  return result.prediction!.data as Float32Array;
}

describe("fitNetwork", () => {
  test("learns exclusive or; held-out rows are predicted as well", async () => {
    const fit = await fitNetwork({ x, target: xor, heldOut: parts(5), ...quick });
    const right = [...xor.values].filter((label, row) => Number(fit.heldOut[row * 2 + 1]! > 0.5) === label);
    expect(right.length / rows).toBeGreaterThan(0.88);
    const predicted = await predict(fit);
    expect(predicted.length).toBe(rows * 2);
    for (let row = 0; row < rows; row++) expect(predicted[2 * row]! + predicted[2 * row + 1]!).toBeCloseTo(1, 5);
  });

  test("learns numbers, alone and in groups", async () => {
    const values = Float64Array.from({ length: rows }, (_, row) => Math.abs(x.data[2 * row]!) - 0.8);
    for (const count of [1, 4]) {
      const all = parts(4);
      const heldOut = count === 1 ? all.slice(0, 1) : all;
      const fit = await fitNetwork({ x, target: { objective: squaredObjective, values }, heldOut, ...quick });
      const known = [...fit.heldOut.keys()].filter((row) => !Number.isNaN(fit.heldOut[row]));
      expect(known.length).toBe(count === 1 ? rows / 4 : rows);
      const error = known.reduce((sum, row) => sum + (fit.heldOut[row]! - values[row]!) ** 2, 0) / known.length;
      expect(error).toBeLessThan(0.1);
      expect((await predict(fit)).length).toBe(rows);
    }
  });

  test("the same seed gives the same model, another seed another one", async () => {
    const options = { x, target: xor, heldOut: parts(2), ...quick, epochs: 3 };
    const first = await predict(await fitNetwork(options));
    expect([...(await predict(await fitNetwork(options)))]).toEqual([...first]);
    expect([...(await predict(await fitNetwork({ ...options, seed: 2 })))]).not.toEqual([...first]);
  });

  test("the labels of held-out rows have no part in their predictions", async () => {
    const fit = (target: Target) =>
      fitNetwork({ x, target, heldOut: parts(2).slice(0, 1), ...quick, epochs: 1, patience: 1 });
    const values = xor.values.map((label, row) => (row % 2 === 0 ? 0 : label));
    const before = (await fit(xor)).heldOut;
    const after = (await fit({ objective: softmaxObjective(2), values })).heldOut;
    expect([...after]).toEqual([...before]);
  });

  test("stops at the signal, and where held-out loss no longer falls", async () => {
    const controller = new AbortController();
    const options = { x, target: xor, heldOut: parts(2), ...quick };
    const stopped = fitNetwork({ ...options, signal: controller.signal, onEvent: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "training-aborted" });
    const noise: Target = { ...xor, values: Int32Array.from({ length: rows }, () => random.integer(2)) };
    let epochs = 0;
    const early = await fitNetwork({ ...options, target: noise, patience: 3, onEvent: () => epochs++ });
    expect(epochs).toBeLessThan(40);
    expect(early.epochs).toBe(epochs - 3);
  });
});
