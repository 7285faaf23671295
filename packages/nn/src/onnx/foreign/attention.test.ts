// A read Attention computes what ONNX Runtime computes, and onnx's reference where a query sees no key.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Case } from "../../../testing/onnx-files.ts";
import { differenceAfterReading, file, int64, node, refusal, tensor, x } from "../../../testing/onnx-files.ts";
import type { Tensor } from "../../index.ts";
import { buildGraph, createSession, decodeOnnx, gradients, inputsOf, mul, reduceSum } from "../../index.ts";

const cases: Readonly<Record<string, Case>> = {
  "attention over heads side by side": {
    nodes: [node("Attention", ["x", "x", "x"], ["y"], { q_num_heads: 2, kv_num_heads: 2, scale: 0.7, softcap: 1.5 })],
    version: 23,
  },
  "attention to the past, with a mask": {
    nodes: [
      node("Unsqueeze", ["x", "axis"], ["heads"]),
      node("Attention", ["heads", "heads", "heads", "mask"], ["y"], { is_causal: 1 }),
    ],
    initializers: [
      int64("axis", 1),
      tensor("mask", [4, 4], { dataType: 9, int32Data: Array.from({ length: 16 }, (_, i) => (i % 5 === 2 ? 0 : 1)) }),
    ],
    version: 23,
  },
  "attention with queries that see no key": {
    nodes: [node("Attention", ["x", "x", "x", "mask"], ["y"], { q_num_heads: 1, kv_num_heads: 1, is_causal: 1 })],
    initializers: [
      tensor("mask", [4, 4], { dataType: 9, int32Data: Array.from({ length: 16 }, (_, i) => (i % 5 < 2 ? 0 : 1)) }),
    ],
    version: 23,
  },
  "attention whose heads share keys": {
    nodes: [
      node("Slice", ["x", "zero", "one", "two"], ["one head"]),
      node("Attention", ["x", "one head", "one head", "bias"], ["y"], {
        q_num_heads: 2,
        kv_num_heads: 1,
        softcap: 0.8,
      }),
    ],
    initializers: [
      int64("zero", 0),
      int64("one", 1),
      int64("two", 2),
      tensor("bias", [4, 4], { dataType: 1, floatData: Array.from({ length: 16 }, (_, i) => Math.sin(i)) }),
    ],
    version: 23,
  },
};

describe("attention", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    expect(await differenceAfterReading(given)).toBeLessThan(1e-6);
  });

  test.each<[string, string, Case]>([
    [
      "attention that carries keys on",
      "model-file-invalid",
      {
        nodes: [node("Attention", ["x", "x", "x", "", "p", "p"], ["y", "k", "v"], { q_num_heads: 1, kv_num_heads: 1 })],
        initializers: [tensor("p", [3, 1, 1, 2], { dataType: 1, floatData: new Array<number>(6).fill(1) })],
        version: 23,
      },
    ],
  ])("%s is refused", (_, code, given) => {
    expect(refusal(given)).toBe(code);
  });
});

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
