// Attributes that an operator is not known to have are refused: they may change the result.
import { describe, expect, test } from "vitest";
import type { Case, Value } from "../../../testing/onnx-files.ts";
import { node, refusal } from "../../../testing/onnx-files.ts";

const one = (op: string, attributes: Readonly<Record<string, Value>> = {}): Case => ({
  nodes: [node(op, ["x"], ["y"], attributes)],
});

describe("an attribute that is not read", () => {
  test.each<[string, string, Case]>([
    ["an attribute that is not known", "model-file-invalid", one("Relu", { secret: 1 })],
    // Operators that are written in others, and forms of which parts fall away.
    ...[
      "Flatten",
      "Dropout",
      "Sum",
      "Softsign",
      "Selu",
      "Celu",
      "ReduceL2",
      "ReduceL1",
      "ReduceMean",
      "Split",
      "Size",
    ].map(
      (op) =>
        [`an attribute of ${op} that is not known`, "model-file-invalid", one(op, { secret: 1 })] as [
          string,
          string,
          Case,
        ],
    ),
    ["an attribute of Flatten of another kind", "model-file-invalid", one("Flatten", { axis: "last" })],
    ["a Gelu of another form", "model-file-invalid", { ...one("Gelu", { approximate: "sigmoid" }), version: 20 }],
    [
      "a Constant of two values",
      "model-file-invalid",
      { nodes: [node("Constant", [], ["c"], { value_float: 1, secret: 2 }), node("Add", ["x", "c"], ["y"])] },
    ],
    ["an attribute of another kind", "model-file-invalid", one("Softmax", { axis: "last" })],
  ])("%s is refused", (_, code, given) => {
    expect(refusal(given)).toBe(code);
  });
});
