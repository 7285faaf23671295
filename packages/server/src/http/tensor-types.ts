// The Open Inference Protocol's datatypes: which values each holds, and how they stand in a binary tensor.
import type { InferenceDatatype } from "@lepta/api";

export type TensorValue = string | number | boolean | null;

interface TensorType {
  /** What the type holds, for messages. */
  readonly holds: string;
  /** Whether the type holds a value that came as JSON. */
  fits(value: unknown): boolean;
  /** Bytes of one value; 0: four bytes of length, little-endian, then so many. */
  readonly bytes: number;
  /** Only of types with a fixed number of bytes. */
  read(from: DataView, at: number): TensorValue;
}

type Reader = (from: DataView, at: number) => number | bigint;

/** 64-bit bounds are those nearest in double precision, which is what JSON's numbers and the columns are. */
function integer(bytes: number, low: number, high: number, read: Reader): TensorType {
  return {
    holds: `a whole number from ${shown(low)} to ${shown(high)}`,
    fits: (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
    bytes,
    read: (from, at) => Number(read(from, at)),
  };
}

function shown(bound: number): string {
  if (Number.isSafeInteger(bound)) return String(bound);
  return bound < 0 ? "-2^63" : `2^${Math.log2(bound)} - 1`;
}

/** NaN is a missing value: binary tensors have no null. */
function float(bytes: number, most: number, read: Reader): TensorType {
  return {
    holds: `a number of at most ${most} either way`,
    fits: (value) => typeof value === "number" && Math.abs(value) <= most,
    bytes,
    read(from, at) {
      const value = Number(read(from, at));
      return Number.isNaN(value) ? null : value;
    },
  };
}

const little = true;

export const tensorTypes: Readonly<Record<InferenceDatatype, TensorType>> = {
  BOOL: {
    holds: "true or false",
    fits: (value) => typeof value === "boolean",
    bytes: 1,
    read: (from, at) => from.getUint8(at) !== 0,
  },
  UINT8: integer(1, 0, 255, (from, at) => from.getUint8(at)),
  UINT16: integer(2, 0, 65_535, (from, at) => from.getUint16(at, little)),
  UINT32: integer(4, 0, 2 ** 32 - 1, (from, at) => from.getUint32(at, little)),
  UINT64: integer(8, 0, 2 ** 64, (from, at) => from.getBigUint64(at, little)),
  INT8: integer(1, -128, 127, (from, at) => from.getInt8(at)),
  INT16: integer(2, -32_768, 32_767, (from, at) => from.getInt16(at, little)),
  INT32: integer(4, -(2 ** 31), 2 ** 31 - 1, (from, at) => from.getInt32(at, little)),
  INT64: integer(8, -(2 ** 63), 2 ** 63, (from, at) => from.getBigInt64(at, little)),
  FP16: float(2, 65_504, readHalf),
  BF16: float(2, 3.3895313892515355e38, (from, at) => readBfloat(from.getUint16(at, little))),
  FP32: float(4, 3.4028234663852886e38, (from, at) => from.getFloat32(at, little)),
  FP64: float(8, Number.MAX_VALUE, (from, at) => from.getFloat64(at, little)),
  BYTES: {
    holds: "a string",
    fits: (value) => typeof value === "string",
    bytes: 0,
    read: () => null,
  },
};

export const integerTypes = ["UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"] as const;
export const floatTypes = ["FP16", "BF16", "FP32", "FP64"] as const;

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function readBfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** IEEE 754 binary16. */
function readHalf(from: DataView, at: number): number {
  const bits = from.getUint16(at, little);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
