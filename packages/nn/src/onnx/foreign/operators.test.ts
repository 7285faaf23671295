// Older and foreign forms of nodes: ONNX Runtime runs the file itself and what was read from it, with equal results.
import { describe, expect, test } from "vitest";
import type { Case, Value } from "../../../testing/onnx-files.ts";
import { differenceAfterReading, int64, node, refusal, tensor } from "../../../testing/onnx-files.ts";
import type { NodeProto } from "../proto/onnx_pb.ts";

function einsum(equation: string, ...operands: readonly string[]): NodeProto {
  return node("Einsum", operands, ["y"], { equation });
}

const one = (op: string, attributes: Readonly<Record<string, Value>> = {}): Case => ({
  nodes: [node(op, ["x"], ["y"], attributes)],
});

const cases: Readonly<Record<string, Case>> = {
  "Split into equal parts": { nodes: [node("Split", ["x"], ["a", "b"], { axis: 1 })], outputs: ["a", "b"] },
  "Split into unequal parts": {
    nodes: [node("Split", ["x"], ["a", "b"], { axis: 0, num_outputs: 2 })],
    outputs: ["a", "b"],
    shape: [3, "M", 2],
    version: 18,
  },
  Dropout: one("Dropout"),
  "Dropout with a ratio": {
    nodes: [node("Dropout", ["x", "ratio"], ["y"])],
    initializers: [tensor("ratio", [], { dataType: 1, floatData: [0.5] })],
  },
  Flatten: one("Flatten"),
  "Flatten before the first axis": one("Flatten", { axis: 0 }),
  "Flatten at the second axis": one("Flatten", { axis: 2 }),
  "Flatten at a negative axis": one("Flatten", { axis: -1 }),
  "Flatten after the last axis": one("Flatten", { axis: 3 }),
  Sum: { nodes: [node("Sum", ["x", "x", "x"], ["y"])] },
  Mean: { nodes: [node("Relu", ["x"], ["r"]), node("Mean", ["x", "r"], ["y"])] },
  "Dropout that is not set to training": {
    nodes: [node("Dropout", ["x", "", "mode"], ["y"])],
    initializers: [tensor("mode", [], { dataType: 9, int32Data: [0] })],
  },
  // ONNX Runtime drops all axes of size 1, which x does not have.
  "Squeeze of axes without elements": { nodes: [node("Squeeze", ["x", "axes"], ["y"])], initializers: [int64("axes")] },
  Size: { nodes: [node("Size", ["x"], ["n"]), node("Cast", ["n"], ["f"], { to: 1 }), node("Mul", ["x", "f"], ["y"])] },
  LpNormalization: one("LpNormalization", { axis: 1 }),
  "LpNormalization by magnitudes": one("LpNormalization", { p: 1 }),
  "Pow by whole numbers": {
    nodes: [node("Pow", ["x", "three"], ["y"])],
    initializers: [tensor("three", [], { dataType: 7, int64Data: [3n] })],
  },
  ...Object.fromEntries(
    ["not_larger", "not_smaller"].map((policy) => [
      `Resize with axes counted in full, ${policy}`,
      {
        nodes: [
          node("Resize", ["x", "", "", "sizes"], ["y"], {
            mode: "linear",
            keep_aspect_ratio_policy: policy,
            axes: [1, 2],
          }),
        ],
        initializers: [int64("sizes", 7, 5)],
        version: 18,
        shape: [3, 4, 2],
      },
    ]),
  ),
  PRelu: {
    nodes: [node("PRelu", ["x", "slope"], ["y"])],
    initializers: [tensor("slope", [2], { dataType: 1, floatData: [0.25, -0.5] })],
  },
  Selu: one("Selu"),
  "Selu with constants of its own": one("Selu", { alpha: 1.5, gamma: 2 }),
  Softsign: one("Softsign"),
  RMSNormalization: {
    nodes: [node("RMSNormalization", ["x", "s"], ["y"], { axis: 1, epsilon: 0.5 })],
    initializers: [tensor("s", [2], { dataType: 1, floatData: [0.5, 2] })],
    version: 23,
  },
  CastLike: { nodes: [node("Shape", ["x"], ["s"]), node("CastLike", ["s", "x"], ["y"])], version: 19 },
  Einsum: { nodes: [einsum("bij,bkj->bik", "x", "x")] },
  "Einsum without a result": { nodes: [einsum("bij, bkj", "x", "x")] },
  Celu: one("Celu", { alpha: 0.5 }),
  Tile: { nodes: [node("Tile", ["x", "times"], ["y"])], initializers: [int64("times", 2, 1, 3)] },
  Trilu: { nodes: [node("Trilu", ["x"], ["y"], { upper: 0 })], version: 14 },
};

describe("a node of another form", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    expect(await differenceAfterReading(given)).toBeLessThan(1e-6);
  });

  test.each<[string, string, Case]>([
    ["an operator that is not known", "op-unknown", one("NonMaxSuppression")],
    [
      "dropout in training",
      "model-file-invalid",
      {
        nodes: [node("Dropout", ["x", "ratio", "on"], ["y"])],
        initializers: [
          tensor("ratio", [], { dataType: 1, floatData: [0.5] }),
          tensor("on", [], { dataType: 9, int32Data: [1] }),
        ],
      },
    ],
    ["dropout whose mask is used", "model-file-invalid", { nodes: [node("Dropout", ["x"], ["y", "mask"])] }],
    [
      "group normalisation before version 21",
      "model-file-invalid",
      {
        nodes: [node("GroupNormalization", ["x", "s", "s"], ["y"], { num_groups: 2 })],
        initializers: [tensor("s", [2], { dataType: 1, floatData: [1, 1] })],
        version: 18,
      },
    ],
    ["an Einstein sum with an ellipsis", "model-file-invalid", { nodes: [einsum("...ij->...ji", "x")] }],
    [
      "a Dropout whose training mode is calculated",
      "model-file-invalid",
      {
        nodes: [
          node("ReduceMax", ["x"], ["m"], { keepdims: 0 }),
          node("Cast", ["m"], ["mode"], { to: 9 }),
          node("Dropout", ["x", "", "mode"], ["y"]),
        ],
      },
    ],
    [
      "a Dropout that is set to training behind a node",
      "model-file-invalid",
      {
        nodes: [node("Identity", ["on"], ["mode"]), node("Dropout", ["x", "", "mode"], ["y"])],
        initializers: [tensor("on", [], { dataType: 9, int32Data: [1] })],
      },
    ],
    [
      "aligned corners where a scale leaves a part of a pixel",
      "model-file-invalid",
      {
        nodes: [
          node("Resize", ["x", "", "scales"], ["y"], {
            mode: "linear",
            coordinate_transformation_mode: "align_corners",
          }),
        ],
        initializers: [tensor("scales", [3], { dataType: 1, floatData: [1, 1.3, 1] })],
      },
    ],
    ["version 24", "opset-unsupported", { ...one("Relu"), version: 24 }],
  ])("%s is refused", (_, code, given) => {
    expect(refusal(given)).toBe(code);
  });
});
