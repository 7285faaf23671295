// Decision trees as an operator: what they answer, what is refused because it is no tree, and what a run costs.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  buildGraph,
  createSession,
  type DecisionTree,
  decisionTrees,
  decodeOnnx,
  encodeOnnx,
  equalGraphs,
  type Graph,
  graphCost,
  input,
} from "../index.ts";
import { ModelProtoSchema } from "../onnx/proto/onnx_pb.ts";
import { apply } from "./apply.ts";
import type { Attributes } from "./node.ts";

/** x0 ≤ 0.5 (missing: left)? 1 : x1 ≤ −1 (missing: right)? 10 : 100; and 0.25 in the second column. */
const first: DecisionTree = {
  target: 0,
  features: [0, 0, 1, 0, 0],
  thresholds: [0.5, 0, -1, 0, 0],
  missingLeft: [1, 0, 0, 0, 0],
  left: [1, 0, 3, 0, 0],
  right: [2, 0, 4, 0, 0],
  values: [0, 1, 0, 10, 100],
};
const second: DecisionTree = {
  target: 1,
  features: [0],
  thresholds: [0],
  missingLeft: [0],
  left: [0],
  right: [0],
  values: [0.25],
};
const x = input("x", "float32", ["N", 2]);
const graph = buildGraph({ y: decisionTrees(x, { trees: [first, second], base: [1000, 0] }) });
const { attributes } = graph.nodes[0]!;

async function run(own: Graph, data: Float32Array | Float64Array, rows: number): Promise<number[]> {
  const session = await createSession(own);
  const { y } = await session.run({ x: { data, shape: [rows, 2] } });
  await session.close();
  return [...(y!.data as Float32Array)];
}

describe("decisionTrees", () => {
  test("add up their leaves; missing values go their own way; a threshold is on the left", async () => {
    const half = Math.fround(0.5 + 2 ** -24);
    const rows = [0.5, 9, half, -1, half, 0, Number.NaN, 0, 1, Number.NaN];
    const expected = [1001, 0.25, 1010, 0.25, 1100, 0.25, 1001, 0.25, 1100, 0.25];
    expect(graph.outputs[0]!.tensor).toMatchObject({ dtype: "float32", shape: ["N", 2] });
    expect(await run(graph, Float32Array.from(rows), 5)).toEqual(expected);
    const decoded = decodeOnnx(encodeOnnx(graph));
    expect(equalGraphs(decoded, graph)).toBe(true);
    expect(await run(decoded, Float32Array.from(rows), 5)).toEqual(expected);
  });

  test("in double precision their numbers stand in tensors", async () => {
    const { nodes_values: values, target_weights: weights, base_values: base, ...others } = attributes;
    const wide = buildGraph({
      y: apply("TreeEnsembleRegressor", [input("x", "float64", ["N", 2])], {
        ...others,
        nodes_values_as_tensor: doubles(values),
        target_weights_as_tensor: doubles(weights),
        base_values_as_tensor: doubles(base),
      }),
    });
    const decoded = decodeOnnx(encodeOnnx(wide));
    expect(equalGraphs(decoded, wide)).toBe(true);
    expect(await run(decoded, Float64Array.of(0.5, 0, 0.5 + 1e-12, -2), 2)).toEqual([1001, 0.25, 1010, 0.25]);
  });

  test("cost a step for each node on the longest way down each tree", () => {
    const elements = 64 * (2 + 2 + 2);
    expect(graphCost(graph, 64).operations).toBe(elements + 64 * (3 + 1));
  });

  const changed = (name: string, at: number, value: number | string): Attributes => ({
    ...attributes,
    [name]: (attributes[name] as readonly (number | string)[]).with(at, value) as readonly number[],
  });
  test.each<[string, Attributes, RegExp]>([
    ["a way back to the root", changed("nodes_truenodeids", 2, 0), /reaches node 0 in two ways/],
    ["a node that is reached twice", changed("nodes_truenodeids", 2, 4), /reaches node 4 in two ways/],
    ["a branch that is not there", changed("nodes_falsenodeids", 0, 9), /no node 9/],
    ["a node that nothing reaches", changed("nodes_modes", 2, "LEAF"), /reached from no root/],
    ["two nodes of one number", changed("nodes_nodeids", 1, 0), /two nodes 0/],
    ["nodes that do not stand together", changed("nodes_treeids", 1, 1), /stand together/],
    ["an unknown mode", changed("nodes_modes", 0, "BRANCH_SO"), /BRANCH_SO/],
    ["a column before the first", changed("nodes_featureids", 0, -1), /column -1/],
    ["a weight of a branch", changed("target_nodeids", 0, 0), /no leaf/],
    ["a weight beside the result", changed("target_ids", 0, 2), /column 2 of 2/],
    ["too few values", { ...attributes, nodes_values: [1] }, /one value for each node/],
    ["lists of two lengths", { ...attributes, nodes_treeids: [0] }, /different lengths/],
    ["base values for other columns", { ...attributes, base_values: [1] }, /1 base values for 2/],
    ["values twice", { ...attributes, nodes_values_as_tensor: doubles(attributes.nodes_values) }, /both/],
    ["an unknown aggregate", { ...attributes, aggregate_function: "MODE" }, /aggregate_function/],
    ["no trees", {}, /no node/],
  ])("%s is refused", (_, own, message) => {
    const build = () => apply("TreeEnsembleRegressor", [x], own);
    expect(build).toThrow(
      expect.objectContaining({ code: "attribute-invalid", message: expect.stringMatching(message) }),
    );
  });

  test("a tree too deep for a runtime is refused, and so are rows without the columns that are read", () => {
    const branches = 1100;
    const deep: DecisionTree = {
      target: 0,
      features: new Uint8Array(2 * branches + 1),
      thresholds: new Float32Array(2 * branches + 1),
      missingLeft: new Uint8Array(2 * branches + 1),
      left: Array.from({ length: 2 * branches + 1 }, (_, node) =>
        node % 2 === 0 && node < 2 * branches ? node + 1 : 0,
      ),
      right: Array.from({ length: 2 * branches + 1 }, (_, node) => node + 2),
      values: new Float32Array(2 * branches + 1),
    };
    expect(() => decisionTrees(x, { trees: [deep], base: [0] })).toThrow(/deeper than 1024/);
    expect(() => decisionTrees(input("x", "float32", ["N", 1]), { trees: [first], base: [0] })).toThrow(
      expect.objectContaining({ code: "shape-mismatch" }),
    );
  });

  test("a file whose trees are none is refused", () => {
    const model = fromBinary(ModelProtoSchema, encodeOnnx(graph));
    model.graph!.node[0]!.attribute.find(({ name }) => name === "nodes_falsenodeids")!.ints[0] = 0n;
    expect(() => decodeOnnx(toBinary(ModelProtoSchema, model))).toThrow(
      expect.objectContaining({ code: "model-file-invalid" }),
    );
  });
});

function doubles(values: unknown): { data: Float64Array; shape: number[] } {
  const data = Float64Array.from(values as readonly number[]);
  return { data, shape: [data.length] };
}
