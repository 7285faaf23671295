// Constants and what is filled with one, as files write them.
import { describe, expect, test } from "vitest";
import type { Case, Value } from "../../../testing/onnx-files.ts";
import { differenceAfterReading, node, tensor } from "../../../testing/onnx-files.ts";
import type { TensorProto } from "../proto/onnx_pb.ts";

const withConstant = (value: Readonly<Record<string, Value>>): Case => ({
  nodes: [node("Constant", [], ["c"], value), node("Cast", ["c"], ["f"], { to: 1 }), node("Add", ["x", "f"], ["y"])],
});

const filled = (value?: TensorProto): Case => ({
  nodes: [
    node("Shape", ["x"], ["sizes"]),
    node("ConstantOfShape", ["sizes"], ["c"], value === undefined ? {} : { value }),
    node("Add", ["x", "c"], ["y"]),
  ],
});

const cases: Readonly<Record<string, Case>> = {
  "Constant of one integer": withConstant({ value_int: 3 }),
  "Constant of integers": withConstant({ value_ints: [3, -4] }),
  "Constant of one float": withConstant({ value_float: 0.5 }),
  "Constant of floats": withConstant({ value_floats: [0.5, 2] }),
  "Constant of a tensor": withConstant({ value: tensor("", [4, 1], { dataType: 6, int32Data: [1, 2, 3, 4] }) }),
  ConstantOfShape: filled(),
  "ConstantOfShape with a value": filled(tensor("", [1], { dataType: 1, floatData: [2.5] })),
  "an output that is a constant": {
    nodes: [node("Relu", ["x"], ["y"])],
    initializers: [tensor("c", [2], { dataType: 1, floatData: [1, 2] })],
    outputs: ["y", "c"],
  },
};

describe("a constant", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    expect(await differenceAfterReading(given)).toBeLessThan(1e-6);
  });
});
