// A read Attention equals onnx's reference where a query sees no key.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { file, node, tensor, x } from "../../testing/onnx-files.ts";
import type { Tensor } from "../index.ts";
import { buildGraph, createSession, decodeOnnx, gradients, inputsOf, mul, reduceSum } from "../index.ts";

describe("attention with queries that see no key", () => {
  const attention = JSON.parse(readFileSync(new URL("./fixtures/attention.json", import.meta.url), "utf8")) as {
    readonly seen: readonly number[];
    readonly y: Readonly<Record<string, readonly number[]>>;
  };

  test.each(Object.entries(attention.y))(
    "%s equals onnx's reference, and has finite gradients",
    async (name, wanted) => {
      const [kind, causal] = name.split(" ");
      const { seen } = attention;
      const mask =
        kind === "bool"
          ? tensor("mask", [4, 4], { dataType: 9, int32Data: [...seen] })
          : tensor("mask", [4, 4], {
              dataType: 1,
              floatData: seen.map((open, i) => (open === 1 ? Math.sin(i) : Number.NEGATIVE_INFINITY)),
            });
      const bytes = file({
        nodes: [node("Attention", ["x", "x", "x", "mask"], ["y"], { is_causal: Number(causal) })],
        initializers: [mask],
        version: 23,
        shape: [1, 1, 4, 2],
      });
      const graph = decodeOnnx(bytes);
      const y = graph.outputs.find((output) => output.name === "y")?.tensor as Tensor;
      const inputs = Object.values(inputsOf(graph));
      const [slope] = gradients(reduceSum(mul(y, y)), inputs);
      const session = await createSession(buildGraph({ y, slope: slope as Tensor }, { inputs }));
      const run = await session.run({ x: { data: x.data.slice(0, 8) as Float32Array, shape: [1, 1, 4, 2] } });
      await session.close();
      for (const [i, value] of wanted.entries()) expect(Number(run.y?.data[i])).toBeCloseTo(value, 5);
      expect(Array.from(run.slope?.data ?? [], Number).every(Number.isFinite)).toBe(true);
    },
  );
});
