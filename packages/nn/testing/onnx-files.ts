// ONNX files as other tools write them, built node by node, and what ONNX Runtime makes of them.
import { create, toBinary } from "@bufbuild/protobuf";
import type { TensorData } from "../src/index.ts";
import { createSession, decodeOnnx, encodeOnnx, NnError } from "../src/index.ts";
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from "../src/onnx/proto/onnx_pb.ts";
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
} from "../src/onnx/proto/onnx_pb.ts";

/** An attribute by its JavaScript value. */
export type Value = number | string | readonly number[] | TensorProto | GraphProto;

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

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Value>> = {},
): NodeProto {
  const listed = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute: listed });
}

export const tensor = (name: string, dims: readonly number[], fields: Partial<TensorProto>): TensorProto =>
  Object.assign(create(TensorProtoSchema), { name, dims: dims.map(BigInt) }, fields);
export const int64 = (name: string, ...values: number[]): TensorProto =>
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

export interface Case {
  readonly nodes: readonly NodeProto[];
  readonly outputs?: readonly string[];
  readonly initializers?: readonly TensorProto[];
  readonly version?: number;
  readonly shape?: readonly (number | string)[];
}

/** A file with the input x, [N, 4, 2] unless said otherwise. */
export function file({
  nodes,
  outputs = ["y"],
  initializers = [],
  version = 13,
  shape = ["N", 4, 2],
}: Case): Uint8Array {
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

export const x: TensorData = {
  data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 1.7) * 2),
  shape: [3, 4, 2],
};

export async function run(model: Uint8Array): Promise<Record<string, TensorData>> {
  const session = await createSession(model);
  const result = await session.run({ x });
  await session.close();
  return result;
}

/** The largest difference between ONNX Runtime's outputs of a file and those of what was read from it. */
export async function differenceAfterReading(given: Case): Promise<number> {
  const bytes = file(given);
  const expected = await run(bytes);
  const result = await run(encodeOnnx(decodeOnnx(bytes)));
  const differences = (given.outputs ?? ["y"]).flatMap((name) => {
    const [a, b] = [result[name], expected[name]];
    if (a === undefined || b === undefined || a.shape.join() !== b.shape.join()) return [Number.POSITIVE_INFINITY];
    return Array.from(a.data, Number).map((value, i) => Math.abs(value - Number(b.data[i])));
  });
  return Math.max(0, ...differences);
}

/** The code by which reading a file is refused; undefined where it is read. */
export function refusal(given: Case): string | undefined {
  try {
    decodeOnnx(file(given));
    return undefined;
  } catch (error) {
    if (error instanceof NnError) return error.code;
    throw error;
  }
}
