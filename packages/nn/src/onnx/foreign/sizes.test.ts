// Sizes that a file calculates from its input's: followed when it is read, or refused.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Case } from "../../../testing/onnx-files.ts";
import { differenceAfterReading, int64, node, refusal, tensor } from "../../../testing/onnx-files.ts";
import { GraphProtoSchema, ValueInfoProtoSchema } from "../proto/onnx_pb.ts";

const cases: Readonly<Record<string, Case>> = {
  "sizes taken from a shape and joined": {
    nodes: [
      node("Shape", ["x"], ["sizes"]),
      node("Gather", ["sizes", "zero"], ["n"]),
      node("Unsqueeze", ["n", "axis"], ["n1"]),
      node("Slice", ["sizes", "from", "to"], ["last"]),
      node("Concat", ["n1", "last", "rest"], ["wanted"], { axis: 0 }),
      node("Reshape", ["x", "wanted"], ["y"]),
    ],
    initializers: [
      tensor("zero", [], { dataType: 7, int64Data: [0n] }),
      int64("axis", 0),
      int64("from", -1),
      int64("to", 9),
      int64("rest", -1),
    ],
  },
  "a range of a size known when the graph runs": {
    nodes: [
      node("Shape", ["x"], ["s"]),
      node("Gather", ["s", "zero"], ["n"]),
      node("Range", ["zero", "n", "one"], ["r"]),
      node("Cast", ["r"], ["y"], { to: 1 }),
    ],
    initializers: [
      tensor("zero", [], { dataType: 7, int64Data: [0n] }),
      tensor("one", [], { dataType: 7, int64Data: [1n] }),
    ],
  },
  "a table cut to the length of the input": {
    nodes: [
      node("Shape", ["x"], ["s"]),
      node("Gather", ["s", "first"], ["n"]),
      node("Slice", ["table", "start", "n"], ["cut"]),
      node("Add", ["x", "cut"], ["y"]),
    ],
    initializers: [
      int64("first", 1),
      int64("start", 0),
      tensor("table", [6, 1], { dataType: 1, floatData: [1, 2, 3, 4, 5, 6] }),
    ],
    shape: ["N", "T", 2],
  },
  "paddings that are turned round as PyTorch's exporter does": {
    nodes: [
      node("Concat", ["last", "zeros"], ["all"], { axis: 0 }),
      node("Reshape", ["all", "pairs"], ["rows"]),
      node("Slice", ["rows", "minus", "lowest", "zero", "minus"], ["turned"]),
      node("Transpose", ["turned"], ["columns"], { perm: [1, 0] }),
      node("Reshape", ["columns", "minus"], ["pads"]),
      node("Pad", ["x", "pads"], ["y"]),
    ],
    initializers: [
      int64("last", 1, 2),
      int64("zeros", 0, 0, 0, 0),
      int64("pairs", -1, 2),
      int64("minus", -1),
      int64("lowest", -(2 ** 53)),
      int64("zero", 0),
    ],
  },
  "sizes that are calculated": {
    nodes: [
      node("Shape", ["x"], ["s"]),
      node("Gather", ["s", "one"], ["t"]),
      node("Mul", ["t", "two"], ["rows"]),
      node("Div", ["rows", "four"], ["half"]),
      node("Sub", ["rows", "half"], ["rest"]),
      node("Mod", ["rest", "four"], ["odd"]),
      node("Add", ["odd", "four"], ["wanted"]),
      node("Concat", ["minus", "wanted"], ["shape"], { axis: 0 }),
      node("Reshape", ["x", "shape"], ["y"]),
    ],
    initializers: [int64("one", 1), int64("two", 2), int64("four", 4), int64("minus", -1)],
  },
  "a size calculated with fractions": {
    nodes: [
      node("Div", ["seven", "two"], ["half"]),
      node("Mul", ["half", "two"], ["whole"]),
      node("Cast", ["whole"], ["size"], { to: 7 }),
      node("Concat", ["size", "ones"], ["sizes"], { axis: 0 }),
      node("Expand", ["x", "sizes"], ["y"]),
    ],
    initializers: [
      tensor("seven", [1], { dataType: 1, floatData: [7] }),
      tensor("two", [1], { dataType: 1, floatData: [2] }),
      int64("ones", 1, 1, 1),
    ],
  },
  "a size that is cast to bool": {
    nodes: [
      node("Shape", ["x"], ["s"]),
      node("Gather", ["s", "one"], ["four"]),
      node("Cast", ["four"], ["some"], { to: 9 }),
      node("Cast", ["some"], ["single"], { to: 7 }),
      node("Concat", ["minus", "single"], ["shape"], { axis: 0 }),
      node("Reshape", ["x", "shape"], ["y"]),
    ],
    initializers: [int64("one", 1), int64("minus", -1)],
  },
  ...Object.fromEntries(
    [0, 1].map((fmod) => [
      `a remainder of a negative size, fmod ${fmod}`,
      {
        nodes: [
          node("Shape", ["x"], ["s"]),
          node("Gather", ["s", "one"], ["four"]),
          node("Sub", ["zero", "four"], ["negative"]),
          node("Mod", ["negative", "three"], ["rest"], { fmod }),
          node("Mul", ["rest", "rest"], ["square"]),
          node("Mul", ["square", "three"], ["triple"]),
          node("Concat", ["minus", "triple"], ["shape"], { axis: 0 }),
          node("Reshape", ["x", "shape"], ["y"]),
        ],
        initializers: [int64("one", 1), int64("zero", 0), int64("three", 3), int64("minus", -1)],
      } satisfies Case,
    ]),
  ),
  "a branch that follows from sizes": {
    nodes: [
      node("Shape", ["x"], ["s"]),
      node("Gather", ["s", "zero"], ["n"]),
      node("Equal", ["n", "one"], ["single"]),
      node("If", ["single"], ["y"], {
        then_branch: create(GraphProtoSchema, {
          name: "then",
          node: [node("Neg", ["x"], ["negative"])],
          output: [create(ValueInfoProtoSchema, { name: "negative" })],
        }),
        else_branch: create(GraphProtoSchema, {
          name: "else",
          node: [node("Mul", ["x", "factor"], ["times"])],
          initializer: [tensor("factor", [], { dataType: 1, floatData: [3] })],
          output: [create(ValueInfoProtoSchema, { name: "times" })],
        }),
      }),
    ],
    initializers: [int64("zero", 1), int64("one", 1)],
  },
};

describe("a calculated size", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    expect(await differenceAfterReading(given)).toBeLessThan(1e-6);
  });

  test.each<[string, string, Case]>([
    [
      "a split of a size that is not known",
      "model-file-invalid",
      {
        nodes: [node("Split", ["x"], ["a", "b"], { axis: 0 })],
        outputs: ["a", "b"],
      },
    ],
    [
      "a branch that only the running graph knows",
      "model-file-invalid",
      {
        nodes: [
          node("ReduceMax", ["x"], ["m"], { keepdims: 0 }),
          node("Cast", ["m"], ["c"], { to: 9 }),
          node("If", ["c"], ["y"]),
        ],
      },
    ],
    [
      "a size that is rounded on the way",
      "model-file-invalid",
      {
        nodes: [
          node("Div", ["one", "third"], ["three"]),
          node("Div", ["one", "three"], ["again"]),
          node("Mul", ["again", "nine"], ["most"]),
          node("Cast", ["most"], ["size"], { to: 7 }),
          node("Concat", ["size", "ones"], ["sizes"], { axis: 0 }),
          node("Expand", ["x", "sizes"], ["y"]),
        ],
        initializers: [
          tensor("one", [1], { dataType: 1, floatData: [1] }),
          tensor("third", [1], { dataType: 1, floatData: [0.3] }),
          tensor("nine", [1], { dataType: 1, floatData: [9] }),
          int64("ones", 1, 1, 1),
        ],
      },
    ],
    [
      "a range whose length is not known",
      "model-file-invalid",
      {
        nodes: [node("ReduceMax", ["x"], ["m"], { keepdims: 0 }), node("Range", ["z", "m", "o"], ["y"])],
        initializers: [
          tensor("z", [], { dataType: 1, floatData: [0] }),
          tensor("o", [], { dataType: 1, floatData: [1] }),
        ],
      },
    ],
  ])("%s is refused", (_, code, given) => {
    expect(refusal(given)).toBe(code);
  });
});
