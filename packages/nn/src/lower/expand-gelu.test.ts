// Gelu written out has the values and gradients of the operator.
import { expect, test } from "vitest";
import type { Tensor } from "../index.ts";
import { buildGraph, createSession, gelu, gradients, input, mul, reduceSum, sin } from "../index.ts";
import { expandGelu } from "./expand-gelu.ts";

test("values and gradients stay the same", async () => {
  const x = input("x", "float32", [9]);
  const loss = reduceSum(mul(gelu(sin(x)), gelu(mul(x, 2))));
  const [written] = expandGelu([loss]) as [Tensor];
  const [slope, slopeWritten] = [gradients(loss, [x])[0] as Tensor, gradients(written, [x])[0] as Tensor];
  const session = await createSession(buildGraph({ loss, written, slope, slopeWritten }));
  const run = await session.run({ x: { data: Float32Array.of(-8, -3, -1, -0.1, 0, 0.2, 1, 2.5, 9), shape: [9] } });
  await session.close();
  expect(Number(run.written?.data[0])).toBeCloseTo(Number(run.loss?.data[0]), 4);
  run.slope?.data.forEach((value: unknown, i: number) => {
    expect(Number(run.slopeWritten?.data[i])).toBeCloseTo(Number(value), 5);
  });
});
