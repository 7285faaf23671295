// Real models changed at the level of the protocol buffer, or of its bytes.

import type { Message } from "@bufbuild/protobuf";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Rng } from "../../src/index.ts";
import type { ModelProto } from "../../src/onnx/proto/onnx_pb.ts";
import { ModelProtoSchema } from "../../src/onnx/proto/onnx_pb.ts";
import { extremes } from "./extremes.ts";

const floats = [0, -0, 1, -1, 1e-45, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const operators = [
  "Add",
  "Cast",
  "Concat",
  "Conv",
  "ConvTranspose",
  "Expand",
  "Gather",
  "GatherND",
  "Gemm",
  "Identity",
  "If",
  "Loop",
  "LSTM",
  "MatMul",
  "MaxPool",
  "NonZero",
  "OneHot",
  "Pad",
  "Range",
  "ReduceSum",
  "Reshape",
  "Resize",
  "Scan",
  "ScatterND",
  "Shape",
  "Slice",
  "Softmax",
  "Split",
  "Squeeze",
  "StringNormalizer",
  "Tile",
  "TopK",
  "Transpose",
  "Unsqueeze",
  "Where",
];

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "$typeName" in value;

/** Every message in a model, itself the first. */
function messagesOf(root: Message): readonly Message[] {
  const found = [root];
  for (let i = 0; i < found.length; i++) {
    for (const value of Object.values(found[i] as object)) {
      if (isMessage(value)) found.push(value);
      else if (Array.isArray(value) && isMessage(value[0])) found.push(...value);
      else if (typeof value === "object" && value !== null && "case" in value && isMessage(value.value))
        found.push(value.value);
    }
  }
  return found;
}

/** Changes one thing in a model. */
function change(model: ModelProto, random: Rng): void {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  const message = pick(messagesOf(model)) as unknown as Record<string, unknown>;
  const names = (model.graph?.node ?? []).flatMap((own) => [...own.input, ...own.output]);
  const keys = Object.keys(message).filter((key) => !key.startsWith("$"));
  if (keys.length === 0) return;
  const key = pick(keys);
  const value = message[key];
  const other = (old: unknown): unknown => {
    if (typeof old === "bigint") return pick(extremes);
    if (typeof old === "number")
      return pick([() => random.integer(30), () => Number(BigInt.asIntN(32, pick(extremes))), () => pick(floats)])();
    if (typeof old === "boolean") return !old;
    if (typeof old !== "string") return old;
    return pick([pick(names), pick(operators), "", "?", "__proto__", `${old}x`, "a".repeat(300)]);
  };
  if (value instanceof Uint8Array) {
    const changed = random.integer(2) === 0 ? value.slice(0, random.integer(value.length + 1)) : Uint8Array.from(value);
    if (changed.length > 0) changed[random.integer(changed.length)] = random.integer(256);
    message[key] = changed;
  } else if (Array.isArray(value)) {
    const at = random.integer(Math.max(1, value.length));
    const ways: (() => void)[] = [
      () => value.splice(at, 1),
      () => value.splice(at, 0, ...value.slice(at, at + 1)),
      () => value.splice(at, 1, other(value[at])),
      () => value.push(...value),
      () => value.reverse(),
    ];
    if (value.length > 0) pick(ways)();
  } else if (isMessage(value)) delete message[key];
  else message[key] = other(value);
  // A number that no float32 holds, or that no int32 does, is not written.
  if (typeof message[key] === "number" && key !== "f" && !Number.isSafeInteger(message[key])) message[key] = 1;
}

/** A real model with some changes; undefined where these cannot be written down. */
export function changed(model: Uint8Array, random: Rng): Uint8Array | undefined {
  const proto = fromBinary(ModelProtoSchema, model);
  for (let left = 1 + random.integer(3); left > 0; left--) change(proto, random);
  try {
    return toBinary(ModelProtoSchema, proto);
  } catch {
    return undefined;
  }
}

/** A real model with some bytes changed, or cut off. */
export function damaged(model: Uint8Array, random: Rng): Uint8Array {
  const bytes = Uint8Array.from(model);
  if (random.integer(3) === 0) return bytes.slice(0, random.integer(bytes.length));
  for (let left = 1 + random.integer(8); left > 0; left--) bytes[random.integer(bytes.length)] = random.integer(256);
  return bytes;
}
