// TensorProto to and from concrete tensor data: raw little-endian bytes, strings as UTF-8.
import { create } from "@bufbuild/protobuf";
import type { DType, NumericArray, TensorData } from "../dtype.ts";
import { dtypeFromOnnx, dtypeOf, onnxDataType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import type { ModelFiles } from "./external-data.ts";
import { externalBytes, isExternal } from "./external-data.ts";
import { halfToNumber } from "./float16.ts";
import type { TensorProto } from "./proto/onnx_pb.ts";
import { TensorProtoSchema } from "./proto/onnx_pb.ts";

const arrays: Readonly<Partial<Record<DType, (buffer: ArrayBuffer) => NumericArray>>> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

const elementBytes: Readonly<Partial<Record<DType, number>>> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
};

export interface TensorOptions {
  /** The model's other files. */
  readonly files?: ModelFiles;
  /**
   * For a graph that is checked and written again, and no more: long data stay in the file, and their arrays are
   * never filled (default false). Such arrays take no memory until something is written to them.
   */
  readonly forEncoding?: boolean;
}

/** The bytes of arrays that were not filled. */
const unread = new WeakMap<NumericArray, Uint8Array>();
/** Elements from which on it pays. Operators' settings, which checks look at, are shorter. */
const longData = 2 ** 17;

/** Encodes data; typed arrays are taken as they lie in memory (little-endian), without a copy. */
export function encodeTensor(tensor: TensorData, name: string): TensorProto {
  const dtype = dtypeOf(tensor);
  const proto = create(TensorProtoSchema, { name, dims: tensor.shape.map(BigInt), dataType: onnxDataType[dtype] });
  const { data } = tensor;
  if (ArrayBuffer.isView(data)) {
    proto.rawData = unread.get(data) ?? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  } else {
    const encoder = new TextEncoder();
    proto.stringData = data.map((text) => encoder.encode(text));
  }
  return proto;
}

function invalid(message: string, cause?: unknown): NnError {
  return new NnError(
    "model-file-invalid",
    message,
    "Use a model file that this package or an ONNX exporter wrote.",
    cause,
  );
}

/** TensorProto.DataType of the two short floats; their values are read as float32, which holds them exactly. */
export const float16Type = 10;
const bfloat16Type = 16;

/** Most axes of a tensor that are read; what networks have is below ten. */
export const mostAxes = 64;

/**
 * Reads a TensorProto; float16 and bfloat16 become float32. Data in other files are taken from `files`: throws
 * `model-data-external` where they lack one, `model-file-invalid` when sizes and bytes disagree or the type is not
 * supported.
 */
export function decodeTensor(given: TensorProto, { files, forEncoding = false }: TensorOptions = {}): TensorData {
  const where = `Tensor ${JSON.stringify(given.name.slice(0, 80))}`;
  const { dataType } = given;
  const short = dataType === float16Type || dataType === bfloat16Type;
  const dtype = short ? "float32" : dtypeFromOnnx(dataType);
  if (dtype === undefined) throw invalid(`${where} has element type ${dataType}, which is not supported.`);
  if (given.segment !== undefined) throw invalid(`${where} is a segment of a tensor, which is not supported.`);
  if (given.dims.length > mostAxes)
    throw invalid(`${where} has ${given.dims.length} axes; at most ${mostAxes} are read.`);
  const shape = given.dims.map(Number);
  if (!shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) throw invalid(`${where} has a negative size.`);
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size)) throw invalid(`${where} has too many elements.`);
  const external = isExternal(given);
  if (external && dtype === "string") throw invalid(`${where} keeps texts outside the model file.`);
  const bytes = short ? 2 : (elementBytes[dtype] ?? 0);
  const proto = external
    ? Object.assign(create(TensorProtoSchema), given, { rawData: externalBytes(given, size * bytes, files) })
    : given;
  if (dtype === "string") {
    if (proto.stringData.length !== size) throw invalid(`${where} has ${proto.stringData.length} of ${size} strings.`);
    return { data: proto.stringData.map(decodeText), shape };
  }
  if (short) {
    const data = shortFloats(proto, size);
    if (data === undefined) throw invalid(`${where} does not hold the ${size} elements of its shape.`);
    return { data, shape };
  }
  const read = arrays[dtype];
  const width = elementBytes[dtype];
  if (read === undefined || width === undefined) throw invalid(`${where} holds ${dtype}, which is not supported.`);
  if (forEncoding && size >= longData && dtype !== "bool" && proto.rawData.length === width * size) {
    const empty = read(new ArrayBuffer(width * size));
    unread.set(empty, proto.rawData);
    return { data: empty, shape };
  }
  const data =
    proto.rawData.length > 0 || size === 0 ? rawData(proto, read, width, size) : typedData(proto, dtype, size);
  if (data === undefined) throw invalid(`${where} does not hold the ${size} elements of its shape.`);
  // A byte other than 0 and 1 is no bool to native code.
  return dtype === "bool" ? { data: Uint8Array.from(data as Uint8Array, isTrue), shape, dtype } : { data, shape };
}

const isTrue = (value: number): number => (value === 0 ? 0 : 1);

/** Values of float16 or bfloat16: two bytes each, or one int32 each. */
function shortFloats(proto: TensorProto, size: number): Float32Array | undefined {
  const isRaw = proto.rawData.length > 0 || size === 0;
  if (isRaw ? proto.rawData.length !== 2 * size : proto.int32Data.length !== size) return undefined;
  // Copied: the bytes in the file need not be aligned.
  const bits = isRaw ? new Uint16Array(new Uint8Array(proto.rawData).buffer) : Uint16Array.from(proto.int32Data);
  if (proto.dataType === float16Type) return Float32Array.from(bits, halfToNumber);
  // A bfloat16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(bits, (value) => value << 16).buffer);
}

function rawData(
  { rawData }: TensorProto,
  read: (buffer: ArrayBuffer) => NumericArray,
  width: number,
  size: number,
): NumericArray | undefined {
  // Copied: the bytes in the file need not be aligned.
  return rawData.length === width * size ? read(new Uint8Array(rawData).buffer) : undefined;
}

function typedData(proto: TensorProto, dtype: DType, size: number): NumericArray | undefined {
  const fields: Readonly<Partial<Record<DType, () => NumericArray>>> = {
    float32: () => Float32Array.from(proto.floatData),
    float64: () => Float64Array.from(proto.doubleData),
    int64: () => BigInt64Array.from(proto.int64Data),
    int32: () => Int32Array.from(proto.int32Data),
    int8: () => Int8Array.from(proto.int32Data),
    uint8: () => Uint8Array.from(proto.int32Data),
    bool: () => Uint8Array.from(proto.int32Data, isTrue),
  };
  const data = fields[dtype]?.();
  return data?.length === size ? data : undefined;
}

/** UTF-8 text of a file; throws `model-file-invalid` on bytes that are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid("The model holds text that is not UTF-8.", cause);
  }
}
