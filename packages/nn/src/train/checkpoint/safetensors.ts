// The safetensors format (github.com/huggingface/safetensors): named tensors and text, readable from any language.
import type { DType, NumericArray, TensorData } from "../../dtype.ts";
import { allocate, dtypeOf } from "../../dtype.ts";

const formatNames: Readonly<Partial<Record<DType, string>>> = {
  float32: "F32",
  float64: "F64",
  int64: "I64",
  int32: "I32",
  uint8: "U8",
  int8: "I8",
  bool: "BOOL",
};
const dtypes: ReadonlyMap<string, DType> = new Map(
  Object.entries(formatNames).map(([dtype, name]) => [name, dtype as DType]),
);
/** The largest header that the format's own reader takes, in bytes. */
const largestHeader = 100_000_000;

export interface NamedTensors {
  readonly tensors: Readonly<Record<string, TensorData>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Little-endian: the header's length (uint64), the header (JSON, padded to 8 bytes), the data one after another. */
export function encodeSafetensors({ tensors, metadata }: NamedTensors): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { data, shape } = tensor;
    const length = (data as NumericArray).byteLength;
    const entry = { dtype: formatNames[dtypeOf(tensor)], shape, data_offsets: [end, end + length] };
    end += length;
    return [name, entry] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const header = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + header + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header), true);
  bytes.fill(0x20, 8, 8 + header);
  bytes.set(json, 8);
  let at = 8 + header;
  for (const { data } of Object.values(tensors)) {
    const { buffer, byteOffset, byteLength } = data as NumericArray;
    bytes.set(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** Reads untrusted bytes; throws an Error that says what is wrong with them. */
export function decodeSafetensors(bytes: Uint8Array): NamedTensors {
  if (bytes.length < 8) throw new Error("the file is shorter than its header");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(largestHeader, bytes.length - 8))) throw new Error("the header's length is wrong");
  const start = 8 + Number(length);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
  const header: unknown = JSON.parse(text);
  if (!isRecord(header)) throw new Error("the header is no object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string"))
    throw new Error("the metadata are not texts");
  const body = bytes.subarray(start);
  const tensors = Object.entries(entries).map(([name, entry]) => [name, readTensor(name, entry, body)] as const);
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function readTensor(name: string, entry: unknown, body: Uint8Array): TensorData {
  const broken = new Error(`the tensor ${JSON.stringify(name.slice(0, 80))} is not described rightly`);
  if (!isRecord(entry) || !isSizes(entry.shape) || !isSizes(entry.data_offsets)) throw broken;
  const dtype = dtypes.get(String(entry.dtype));
  const [from, to] = entry.data_offsets;
  if (dtype === undefined || from === undefined || to === undefined || from > to || to > body.length) throw broken;
  const size = entry.shape.reduce((product, dim) => product * dim, 1);
  const width = allocate(dtype, 0).BYTES_PER_ELEMENT;
  if (size * width !== to - from) throw broken;
  const data = allocate(dtype, size);
  new Uint8Array(data.buffer as ArrayBuffer).set(body.subarray(from, to));
  return dtype === "bool" ? { data, shape: entry.shape, dtype } : { data, shape: entry.shape };
}
