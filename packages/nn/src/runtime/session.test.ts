// input → operations → buildGraph → encodeOnnx → session.run, on raw strings and doubles as a feature pipeline has them.
import { describe, expect, test } from "vitest";
import {
  add,
  buildGraph,
  cast,
  concat,
  constant,
  createSession,
  decodeOnnx,
  div,
  encodeOnnx,
  equalGraphs,
  gather,
  input,
  isNaN as isMissing,
  labelEncoder,
  mul,
  oneHot,
  reshape,
  sub,
  where,
} from "../index.ts";

function pipeline() {
  const age = input("age", "float64", ["N", 1]);
  const city = input("city", "string", ["N", 1]);
  const missing = isMissing(age);
  const filled = where(missing, 40, age);
  const scaled = div(sub(filled, 38.5), constant({ data: Float64Array.of(2), shape: [1] }));
  const code = labelEncoder(city, { keys: ["Bonn", "Köln"], values: [1n, 2n], default: 0n });
  const table = constant({ data: Float32Array.of(0, 0, 1, 2, 3, 4), shape: [3, 2] });
  const hot = reshape(oneHot(code, 3), [-1, 3]);
  const embedded = reshape(gather(table, code), [-1, 2]);
  return concat([cast(scaled, "float32"), cast(missing, "float32"), hot, add(mul(embedded, 2), 1)], 1);
}

describe("a feature pipeline", () => {
  test("runs on raw doubles and strings", async () => {
    const graph = buildGraph({ features: pipeline() }, { name: "features" });
    const session = await createSession(encodeOnnx(graph, { metadata: { signature: "raw rows" } }));
    const result = await session.run({
      age: { data: Float64Array.of(42.5, Number.NaN), shape: [2, 1] },
      city: { data: ["Köln", "Paris"], shape: [2, 1] },
    });
    expect(result.features?.shape).toEqual([2, 7]);
    expect([...(result.features?.data ?? [])]).toEqual([2, 0, 0, 0, 1, 7, 9, 0.75, 1, 1, 0, 0, 1, 1]);
    await session.close();
  });

  test("survives its own ONNX file", () => {
    const graph = buildGraph({ features: pipeline() }, { name: "features" });
    expect(equalGraphs(decodeOnnx(encodeOnnx(graph)), graph)).toBe(true);
  });
});
