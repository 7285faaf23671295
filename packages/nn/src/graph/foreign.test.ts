// Older and foreign forms of nodes: ONNX Runtime runs the file itself and what was read from it, with equal results.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Case, Value } from "../../testing/onnx-files.ts";
import { file, int64, node, run, tensor } from "../../testing/onnx-files.ts";
import { decodeOnnx, encodeOnnx, NnError } from "../index.ts";
import type { NodeProto, TensorProto } from "./proto/onnx_pb.ts";
import { GraphProtoSchema, ValueInfoProtoSchema } from "./proto/onnx_pb.ts";

function einsum(equation: string, ...operands: readonly string[]): NodeProto {
  return node("Einsum", operands, ["y"], { equation });
}
const one = (op: string, attributes: Readonly<Record<string, Value>> = {}): Case => ({
  nodes: [node(op, ["x"], ["y"], attributes)],
});
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
  "ReduceMean with axes as an attribute": one("ReduceMean", { axes: [1], keepdims: 0 }),
  "ReduceMax of all axes": one("ReduceMax", { keepdims: 0 }),
  "ReduceMin with a negative axis": one("ReduceMin", { axes: [-1] }),
  ReduceLogSumExp: one("ReduceLogSumExp", { axes: [2], keepdims: 1 }),
  ReduceL1: one("ReduceL1", { axes: [1, 2], keepdims: 0 }),
  ReduceL2: one("ReduceL2", { axes: [1] }),
  ReduceSumSquare: one("ReduceSumSquare", { axes: [2] }),
  "ReduceL2 with axes as an input": {
    nodes: [node("ReduceL2", ["x", "axes"], ["y"])],
    initializers: [int64("axes", 1)],
    version: 18,
  },
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
  // Constants of no elements: all axes, or with noop_with_empty_axes none.
  ...Object.fromEntries(
    ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"].flatMap((kind) =>
      [0, 1].flatMap((noop) =>
        [0, 1].map((keepdims) => [
          `Reduce${kind} of axes without elements, noop ${noop}, keepdims ${keepdims}`,
          {
            nodes: [
              node("Exp", ["x"], ["p"]),
              node(`Reduce${kind}`, ["p", "axes"], ["y"], { noop_with_empty_axes: noop, keepdims }),
            ],
            initializers: [int64("axes")],
            version: 18,
          },
        ]),
      ),
    ),
  ),
  "ReduceMean of axes without elements as an attribute": one("ReduceMean", { axes: [], keepdims: 0 }),
  "ReduceLogSum with axes as an attribute": {
    nodes: [node("Abs", ["x"], ["p"]), node("ReduceLogSum", ["p"], ["y"], { axes: [-1], keepdims: 0 })],
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
  "Constant of one integer": withConstant({ value_int: 3 }),
  "Constant of integers": withConstant({ value_ints: [3, -4] }),
  "Constant of one float": withConstant({ value_float: 0.5 }),
  "Constant of floats": withConstant({ value_floats: [0.5, 2] }),
  "Constant of a tensor": withConstant({ value: tensor("", [4, 1], { dataType: 6, int32Data: [1, 2, 3, 4] }) }),
  ConstantOfShape: filled(),
  "ConstantOfShape with a value": filled(tensor("", [1], { dataType: 1, floatData: [2.5] })),
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
  RMSNormalization: {
    nodes: [node("RMSNormalization", ["x", "s"], ["y"], { axis: 1, epsilon: 0.5 })],
    initializers: [tensor("s", [2], { dataType: 1, floatData: [0.5, 2] })],
    version: 23,
  },
  CastLike: { nodes: [node("Shape", ["x"], ["s"]), node("CastLike", ["s", "x"], ["y"])], version: 19 },
  Einsum: { nodes: [einsum("bij,bkj->bik", "x", "x")] },
  "Einsum without a result": { nodes: [einsum("bij, bkj", "x", "x")] },
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
  Celu: one("Celu", { alpha: 0.5 }),
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
  Tile: { nodes: [node("Tile", ["x", "times"], ["y"])], initializers: [int64("times", 2, 1, 3)] },
  Trilu: { nodes: [node("Trilu", ["x"], ["y"], { upper: 0 })], version: 14 },
  "an output that is a constant": {
    nodes: [node("Relu", ["x"], ["y"])],
    initializers: [tensor("c", [2], { dataType: 1, floatData: [1, 2] })],
    outputs: ["y", "c"],
  },
};

describe("a node of another form", () => {
  test.each(Object.entries(cases))("%s computes the same", async (_, given) => {
    const bytes = file(given);
    const expected = await run(bytes);
    const result = await run(encodeOnnx(decodeOnnx(bytes)));
    for (const name of given.outputs ?? ["y"]) {
      expect(result[name]?.shape).toEqual(expected[name]?.shape);
      const [a, b] = [Array.from(result[name]?.data ?? [], Number), Array.from(expected[name]?.data ?? [], Number)];
      expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))).toBeLessThan(1e-6);
    }
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
    [
      "a split of a size that is not known",
      "model-file-invalid",
      {
        nodes: [node("Split", ["x"], ["a", "b"], { axis: 0 })],
        outputs: ["a", "b"],
      },
    ],
    [
      "attention that carries keys on",
      "model-file-invalid",
      {
        nodes: [node("Attention", ["x", "x", "x", "", "p", "p"], ["y", "k", "v"], { q_num_heads: 1, kv_num_heads: 1 })],
        initializers: [tensor("p", [3, 1, 1, 2], { dataType: 1, floatData: new Array<number>(6).fill(1) })],
        version: 23,
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
    ["an Einstein sum with an ellipsis", "model-file-invalid", { nodes: [einsum("...ij->...ji", "x")] }],
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
    ["an attribute of another kind", "model-file-invalid", one("Softmax", { axis: "last" })],
    ["version 24", "opset-unsupported", { ...one("Relu"), version: 24 }],
  ])("%s is refused", (_, code, given) => {
    let caught: unknown;
    try {
      decodeOnnx(file(given));
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NnError);
    expect((caught as NnError).code).toBe(code);
  });
});

describe("recurrent operators with the batch in front", () => {
  // ONNX Runtime does not run them on the CPU: the same with the time in front is what they are held to.
  const cells: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
  const weights = (name: string, ...dims: number[]): TensorProto => {
    const floatData = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i * 2.3));
    return tensor(name, dims, { dataType: 1, floatData });
  };
  test.each(Object.entries(cells))("%s", async (op, gates) => {
    const initializers = [weights("w", 1, gates * 3, 2), weights("r", 1, gates * 3, 3)];
    const turn = (from: string, to: string, ...perm: number[]) => node("Transpose", [from], [to], { perm });
    const expected = await run(
      file({
        nodes: [
          turn("x", "t", 1, 0, 2),
          node(op, ["t", "w", "r"], ["s", "h"], { hidden_size: 3 }),
          turn("s", "y", 2, 0, 1, 3),
          turn("h", "last", 1, 0, 2),
        ],
        outputs: ["y", "last"],
        initializers,
        version: 14,
      }),
    );
    const bytes = file({
      nodes: [node(op, ["x", "w", "r"], ["y", "last"], { layout: 1 })],
      outputs: ["y", "last"],
      initializers,
      version: 14,
    });
    expect(await run(encodeOnnx(decodeOnnx(bytes)))).toEqual(expected);
    expect(expected.y?.shape).toEqual([3, 4, 1, 3]);
  });
});
