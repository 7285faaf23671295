// Writes a model's protocol buffer, with one copy of its tensors' data.
import type { BinaryWriteOptions } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import type { ModelProto } from "./proto/onnx_pb.ts";
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from "./proto/onnx_pb.ts";

/** The tag of a field whose bytes have a length in front of them. */
const tag = (schema: { readonly field: Readonly<Record<string, { readonly number: number }>> }, name: string): number =>
  (schema.field[name]?.number ?? 0) * 8 + 2;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

function field(number: number, content: readonly Uint8Array[]): readonly Uint8Array[] {
  return [varint(number), varint(sizeOf(content)), ...content];
}

/**
 * The bytes of `model`. The library copies a message once for each message around it; tensors' data lie three deep, so
 * here they are put in their places in a file that is laid out first. Same model, same bytes.
 */
export function writeModel(model: ModelProto, options: Partial<BinaryWriteOptions> = {}): Uint8Array<ArrayBuffer> {
  const { graph } = model;
  if (graph === undefined) return toBinary(ModelProtoSchema, model, options);
  const around = Object.assign(create(ModelProtoSchema), model, { graph: undefined });
  const inside = Object.assign(create(GraphProtoSchema), graph, { initializer: [] });
  const initializers = graph.initializer.flatMap((tensor) => {
    const { rawData } = tensor;
    if (rawData.length === 0)
      return field(tag(GraphProtoSchema, "initializer"), [toBinary(TensorProtoSchema, tensor, options)]);
    const about = Object.assign(create(TensorProtoSchema), tensor);
    delete (about as { rawData?: Uint8Array }).rawData;
    const data = field(tag(TensorProtoSchema, "rawData"), [rawData]);
    return field(tag(GraphProtoSchema, "initializer"), [toBinary(TensorProtoSchema, about, options), ...data]);
  });
  const parts = [
    toBinary(ModelProtoSchema, around, options),
    ...field(tag(ModelProtoSchema, "graph"), [toBinary(GraphProtoSchema, inside, options), ...initializers]),
  ];
  const bytes = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
