// Older and foreign forms of nodes: ONNX Runtime runs the file itself and what was read from it, with equal results.
import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Tensor, TensorData } from "../index.ts";
import {
  buildGraph,
  createSession,
  decodeOnnx,
  encodeOnnx,
  gradients,
  inputsOf,
  mul,
  NnError,
  reduceSum,
} from "../index.ts";
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from "./proto/onnx_pb.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "./proto/onnx_pb.ts";

type Value = number | string | readonly number[] | TensorProto | GraphProto;

function attribute(name: string, value: Value): AttributeProto {
  const type = AttributeProto_AttributeType;
  const make = (fields: Partial<AttributeProto>): AttributeProto =>
    Object.assign(create(AttributeProtoSchema), { name }, fields);
  if (typeof value === "string") return make({ type: type.STRING, s: new TextEncoder().encode(value) });
  if (typeof value === "number") {
    // The names of the few attributes here that hold a float.
    const float = ["alpha", "epsilon", "gamma", "ratio", "scale", "softcap", "value_float"].includes(name);
    return make(float ? { type: type.FLOAT, f: value } : { type: type.INT, i: BigInt(value) });
  }
  if ("$typeName" in value && value.$typeName === "onnx.GraphProto") return make({ type: type.GRAPH, g: value });
  if (!("dims" in value)) {
    if (name === "value_floats") return make({ type: type.FLOATS, floats: [...value] });
    return make({ type: type.INTS, ints: value.map(BigInt) });
  }
  return make({ type: type.TENSOR, t: value });
}

function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Value>> = {},
): NodeProto {
  const listed = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute: listed });
}

const tensor = (name: string, dims: readonly number[], fields: Partial<TensorProto>): TensorProto =>
  Object.assign(create(TensorProtoSchema), { name, dims: dims.map(BigInt) }, fields);
const int64 = (name: string, ...values: number[]): TensorProto =>
  tensor(name, [values.length], { dataType: 7, int64Data: values.map(BigInt) });

function info(name: string, shape: readonly (number | string)[], elemType = 1) {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === "number" ? { case: "dimValue", value: BigInt(size) } : { case: "dimParam", value: size },
    }),
  );
  const value = create(TypeProto_TensorSchema, { elemType, shape: create(TensorShapeProtoSchema, { dim }) });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value } }),
  });
}

interface Case {
  readonly nodes: readonly NodeProto[];
  readonly outputs?: readonly string[];
  readonly initializers?: readonly TensorProto[];
  readonly version?: number;
  readonly shape?: readonly (number | string)[];
}

/** A file with the input x, [N, 4, 2] unless said otherwise. */
function file({ nodes, outputs = ["y"], initializers = [], version = 13, shape = ["N", 4, 2] }: Case): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(version) })],
    graph: create(GraphProtoSchema, {
      name: "foreign",
      input: [info("x", shape)],
      output: outputs.map((name) => create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema) })),
      initializer: [...initializers],
      node: [...nodes],
    }),
  });
  // ONNX Runtime infers the outputs' types; an empty type must not stand there.
  for (const output of model.graph?.output ?? []) delete output.type;
  return toBinary(ModelProtoSchema, model);
}

const x: TensorData = {
  data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 1.7) * 2),
  shape: [3, 4, 2],
};

async function run(model: Uint8Array): Promise<Record<string, TensorData>> {
  const session = await createSession(model);
  const result = await session.run({ x });
  await session.close();
  return result;
}

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

describe("padding that depends on sizes", () => {
  const weight = (...dims: number[]): TensorProto => {
    const floatData = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i * 2.3));
    return tensor("w", dims, { dataType: 1, floatData });
  };
  const names = ["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"] as const;
  const windows = [
    { kernel_shape: [2, 3] },
    { kernel_shape: [3, 2], strides: [2, 3] },
    { kernel_shape: [5, 4], strides: [1, 2] },
    { kernel_shape: [1, 1], strides: [2, 3] },
  ];
  const images: Record<string, TensorData> = {
    x: { data: Float32Array.from({ length: 2 * 2 * 7 * 8 }, (_, i) => Math.sin(i * 1.7)), shape: [2, 2, 7, 8] },
  };
  const outputOf = async (model: Uint8Array): Promise<TensorData> => {
    const session = await createSession(model);
    const { y } = await session.run(images);
    await session.close();
    return y as TensorData;
  };
  async function check(bytes: Uint8Array): Promise<void> {
    const graph = decodeOnnx(bytes);
    const [expected, found] = [await outputOf(bytes), await outputOf(encodeOnnx(graph))];
    expect(found.shape).toEqual(expected.shape);
    expect(graph.outputs[0]?.tensor.shape.slice(1)).toEqual(expected.shape.slice(1));
    const apart = Array.from(found.data as Float32Array, (value, i) => Math.abs(value - Number(expected.data[i])));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
  }
  const cases = names.flatMap((auto_pad) => windows.map((window) => ({ auto_pad, ...window })));
  const title = (attributes: object): string => JSON.stringify(attributes);

  test.each(cases.map((attributes) => ({ attributes, title: title(attributes) })))("$title", async ({ attributes }) => {
    const shape = ["N", 2, 7, 8];
    const kernel = attributes.kernel_shape;
    await check(
      file({ nodes: [node("Conv", ["x", "w"], ["y"], attributes)], initializers: [weight(3, 2, ...kernel)], shape }),
    );
    const initializers = [weight(2, 3, ...kernel)];
    await check(file({ nodes: [node("ConvTranspose", ["x", "w"], ["y"], attributes)], initializers, shape }));
  });

  // ONNX Runtime itself does not pool with a stride beyond the kernel by these names.
  const pools = cases.filter(({ kernel_shape }) => kernel_shape[0] !== 1);
  test.each(pools.map((attributes) => ({ attributes, title: title(attributes) })))(
    "pools, $title",
    async ({ attributes }) => {
      const shape = ["N", 2, 7, 8];
      await check(file({ nodes: [node("MaxPool", ["x"], ["y"], attributes)], shape }));
      for (const count_include_pad of [0, 1]) {
        const pooled = { ...attributes, count_include_pad };
        await check(file({ nodes: [node("AveragePool", ["x"], ["y"], pooled)], shape, version: 19 }));
      }
    },
  );

  test.each([
    { strides: [2, 2], output_shape: [14, 16], kernel_shape: [3, 3] },
    { strides: [2, 2], output_shape: [13, 16], kernel_shape: [3, 4], auto_pad: "SAME_UPPER" },
    { strides: [2, 2], output_shape: [14, 15], kernel_shape: [3, 4], auto_pad: "SAME_LOWER", output_padding: [1, 0] },
  ])("a transposed convolution to %o", async (attributes) => {
    const initializers = [weight(2, 3, ...attributes.kernel_shape)];
    await check(
      file({ nodes: [node("ConvTranspose", ["x", "w"], ["y"], attributes)], initializers, shape: ["N", 2, 7, 8] }),
    );
  });

  test("sizes that are not known do where the stride is 1, and are refused elsewhere", async () => {
    const shape = ["N", 2, "H", "W"];
    const pool = (strides: readonly number[]): Uint8Array =>
      file({
        nodes: [node("MaxPool", ["x"], ["y"], { kernel_shape: [2, 3], strides, auto_pad: "SAME_LOWER" })],
        shape,
      });
    expect(decodeOnnx(pool([1, 1])).outputs[0]?.tensor.shape).toEqual(["N", 2, "H", "W"]);
    expect((await outputOf(encodeOnnx(decodeOnnx(pool([1, 1]))))).data).toEqual((await outputOf(pool([1, 1]))).data);
    expect(() => decodeOnnx(pool([1, 2]))).toThrow(/padding depends on sizes/);
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

describe("data of every encoding", () => {
  const view = (array: ArrayBufferView): Uint8Array<ArrayBuffer> =>
    new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  /** 1, -2 and 0.375 exactly, the smallest float16, and infinity. */
  const halves = [0x3c00, 0xc000, 0x3600, 0x0001, 0x7c00];
  test.each<[string, Partial<TensorProto>, readonly number[]]>([
    ["float32, raw", { dataType: 1, rawData: view(Float32Array.of(1, -2.5)) }, [1, -2.5]],
    ["float32, typed", { dataType: 1, floatData: [1, -2.5] }, [1, -2.5]],
    ["float64, raw", { dataType: 11, rawData: view(Float64Array.of(1, 0.1)) }, [1, 0.1]],
    ["float64, typed", { dataType: 11, doubleData: [1, 0.1] }, [1, 0.1]],
    ["int64, raw", { dataType: 7, rawData: view(BigInt64Array.of(1n, -2n)) }, [1, -2]],
    ["int64, typed", { dataType: 7, int64Data: [1n, -2n] }, [1, -2]],
    ["int32, typed", { dataType: 6, int32Data: [1, -2] }, [1, -2]],
    ["int8, typed", { dataType: 3, int32Data: [1, -2] }, [1, -2]],
    ["uint8, raw", { dataType: 2, rawData: Uint8Array.of(1, 255) }, [1, 255]],
    ["bool, typed", { dataType: 9, int32Data: [1, 0] }, [1, 0]],
    ["float16, raw", { dataType: 10, rawData: view(Uint16Array.from(halves)) }, [1, -2, 0.375, 2 ** -24, Infinity]],
    ["float16, typed", { dataType: 10, int32Data: halves }, [1, -2, 0.375, 2 ** -24, Infinity]],
    ["bfloat16, raw", { dataType: 16, rawData: view(Uint16Array.of(0x3f80, 0xc000, 0x3e20)) }, [1, -2, 0.15625]],
    ["bfloat16, typed", { dataType: 16, int32Data: [0x3f80, 0xc000, 0x3e20] }, [1, -2, 0.15625]],
  ])("%s is read", async (_, fields, values) => {
    const bytes = file({
      nodes: [node("Cast", ["c"], ["y"], { to: 11 })],
      initializers: [tensor("c", [values.length], fields)],
    });
    const session = await createSession(decodeOnnx(bytes));
    const { y } = await session.run({ x });
    expect([...(y?.data ?? [])]).toEqual(values);
    await session.close();
  });

  test.each<[string, Partial<TensorProto>]>([
    ["an odd number of bytes", { dataType: 10, rawData: new Uint8Array(3) }],
    ["too few float16", { dataType: 10, int32Data: [0] }],
    ["float8", { dataType: 17, rawData: new Uint8Array(2) }],
  ])("%s is refused", (_, fields) => {
    const bytes = file({ nodes: [node("Add", ["x", "c"], ["y"])], initializers: [tensor("c", [2], fields)] });
    expect(() => decodeOnnx(bytes)).toThrow(NnError);
  });
});
