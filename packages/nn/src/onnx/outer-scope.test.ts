// Loops that read what does not change from the graph around them compute what loops that carry it compute.
import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Graph, Tensor } from "../index.ts";
import { add, buildGraph, createSession, encodeOnnx, input, mul, scan } from "../index.ts";
import type { NodeProto } from "./proto/onnx_pb.ts";
import { ModelProtoSchema } from "./proto/onnx_pb.ts";

const scale = input("scale", "float32", [2]);
const rows = input("rows", "float32", [3, 2]);

/** Σ over rows of scale · (row + scale), with a loop in the loop that adds to each row twice. */
function nested(): Graph {
  const found = scan([input("start", "float32", [2])], [rows], ([sum], [row]) => {
    const inner = scan([row as Tensor], [input("twice", "float32", [2, 2])], ([value], [part]) => ({
      states: [add(value as Tensor, mul(part as Tensor, scale))],
    }));
    return { states: [add(sum as Tensor, mul(inner.states[0] as Tensor, scale))], outputs: [row as Tensor] };
  });
  return buildGraph({ sum: found.states[0] as Tensor, seen: found.outputs[0] as Tensor });
}

const feeds = {
  scale: { data: Float32Array.of(2, -1), shape: [2] },
  rows: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
  start: { data: Float32Array.of(0.5, 0.5), shape: [2] },
  twice: { data: Float32Array.of(1, 1, 2, 2), shape: [2, 2] },
};

const scans = (nodes: readonly NodeProto[]): readonly NodeProto[] =>
  nodes.flatMap((node) => [
    ...(node.opType === "Scan" ? [node] : []),
    ...node.attribute.flatMap(({ g }) => (g === undefined ? [] : scans(g.node))),
  ]);

test("the unchanging states are read from outside, and the results are the same", async () => {
  const graph = nested();
  const models = [false, true].map((outerScope) => encodeOnnx(graph, { outerScope }));
  const [carried, open] = models.map((model) => scans(fromBinary(ModelProtoSchema, model).graph?.node ?? []));
  // The outer loop carries the sum, the scale and the inner loop's rows; the inner one its value and the scale.
  expect(carried?.map(({ input: { length } }) => length)).toEqual([4, 3]);
  expect(open?.map(({ input: { length } }) => length)).toEqual([2, 2]);
  const found = await Promise.all(
    models.map(async (model) => {
      const session = await createSession(model);
      const { sum, seen } = await session.run(feeds);
      await session.close();
      return [Array.from(sum?.data as Float32Array), Array.from(seen?.data as Float32Array)];
    }),
  );
  // Per column: 0.5 + Σ scale (row + 3 scale).
  expect(found[0]).toEqual([
    [54.5, -2.5],
    [1, 2, 3, 4, 5, 6],
  ]);
  expect(found[1]).toEqual(found[0]);
});

test("a state that somebody reads afterwards stays", () => {
  const kept = input("kept", "float32", [2]);
  const found = scan([kept], [rows], ([own]) => ({ states: [own as Tensor], outputs: [own as Tensor] }));
  const model = encodeOnnx(buildGraph({ end: found.states[0] as Tensor }), { outerScope: true });
  expect(scans(fromBinary(ModelProtoSchema, model).graph?.node ?? [])[0]?.input).toHaveLength(2);
});
