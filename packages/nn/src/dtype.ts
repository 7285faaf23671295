// Element types and concrete tensor data: what a typed array means and how long it must be.
import { NnError } from "./errors.ts";

/** Element type of a tensor, named as ONNX Runtime names it. */
export type DType = "float32" | "float64" | "int64" | "int32" | "bool" | "string" | "uint8" | "int8" | "float16";

export type NumericArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;

/**
 * A concrete tensor: row-major `data` and its `shape`. The element type follows from the array;
 * `dtype` is needed only for "bool" (a Uint8Array of 0 and 1).
 */
export interface TensorData {
  readonly data: NumericArray | readonly string[];
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

/** TensorProto.DataType numbers of the ONNX specification. */
export const onnxDataType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
};

const byOnnxNumber: ReadonlyMap<number, DType> = new Map(
  (Object.keys(onnxDataType) as DType[]).map((dtype) => [onnxDataType[dtype], dtype]),
);

/** The element type of an ONNX TensorProto.DataType number, or undefined when this package has none. */
export function dtypeFromOnnx(number: number): DType | undefined {
  return byOnnxNumber.get(number);
}

export const floatTypes: ReadonlySet<DType> = new Set<DType>(["float32", "float64", "float16"]);
export const integerTypes: ReadonlySet<DType> = new Set<DType>(["int64", "int32", "uint8", "int8"]);
export const numericTypes: ReadonlySet<DType> = new Set<DType>([...floatTypes, ...integerTypes]);

/** The element type that an array holds; `declared` decides between uint8 and bool. */
export function dtypeOf(data: TensorData): DType {
  const implied = impliedDtype(data.data);
  if (data.dtype === undefined || data.dtype === implied) return implied;
  if (data.dtype === "bool" && implied === "uint8") return "bool";
  throw new NnError(
    "tensor-data-invalid",
    `Tensor data is declared ${data.dtype}, but its array holds ${implied}.`,
    `Pass the array type of ${data.dtype} (for example Float32Array for float32), or drop the dtype.`,
  );
}

function impliedDtype(data: TensorData["data"]): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int8Array) return "int8";
  if (Array.isArray(data)) return "string";
  throw new NnError(
    "tensor-data-invalid",
    "Tensor data must be a typed array or an array of strings.",
    "Use Float32Array, Float64Array, BigInt64Array, Int32Array, Uint8Array, Int8Array or string[].",
  );
}

/** Throws `tensor-data-invalid` unless shape, length and element type of `data` agree. */
export function checkTensorData(data: TensorData, where: string): void {
  dtypeOf(data);
  let size = 1;
  for (const dim of data.shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new NnError(
        "tensor-data-invalid",
        `${where}: shape [${data.shape.join(", ")}] has a dimension that is not a whole number of 0 or more.`,
        "Give every dimension as a non-negative integer.",
      );
    }
    size *= dim;
  }
  if (size !== data.data.length) {
    throw new NnError(
      "tensor-data-invalid",
      `${where}: shape [${data.shape.join(", ")}] needs ${size} elements, the array has ${data.data.length}.`,
      "Make the array's length the product of the shape.",
    );
  }
}

/** A zeroed array of `length` elements for a numeric or bool type. */
export function allocate(dtype: DType, length: number): NumericArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "int32":
      return new Int32Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint8":
    case "bool":
      return new Uint8Array(length);
    default:
      throw new NnError(
        "dtype-mismatch",
        `There is no typed array for ${dtype}.`,
        "Cast to float32 before the value leaves the graph.",
      );
  }
}

/** A tensor of one repeated or several listed numbers in the wanted element type. */
export function numbersToData(values: readonly number[], shape: readonly number[], dtype: DType): TensorData {
  const data = allocate(dtype, values.length);
  for (const [i, value] of values.entries()) {
    data[i] = data instanceof BigInt64Array ? BigInt(Math.trunc(value)) : value;
  }
  return dtype === "bool" ? { data, shape, dtype } : { data, shape };
}
