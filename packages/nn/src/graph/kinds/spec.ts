// Short builders for catalogue entries, and the sets of element types that they name.
import type { DType } from "../../dtype.ts";
import { numericTypes } from "../../dtype.ts";
import type { AttributeKind, OpSpec } from "../spec.ts";
import { broadcastAll, oneType, required, takes } from "../spec.ts";

export const bool: ReadonlySet<DType> = new Set<DType>(["bool"]);
export const int64: ReadonlySet<DType> = new Set<DType>(["int64"]);
export const int32: ReadonlySet<DType> = new Set<DType>(["int32"]);
export const indexTypes: ReadonlySet<DType> = new Set<DType>(["int64", "int32"]);
export const eightBit: ReadonlySet<DType> = new Set<DType>(["int8", "uint8"]);
export const all: ReadonlySet<DType> = new Set<DType>([...numericTypes, "bool", "string"]);

export function spec(
  inputs: readonly [number, number],
  infer: OpSpec["infer"],
  attributes: Readonly<Record<string, AttributeKind>> = {},
  domain: OpSpec["domain"] = "",
): OpSpec {
  return { domain, inputs, attributes, infer };
}

/** Elementwise on one input, same type and shape. */
export function unary(types: ReadonlySet<DType>, attributes: Readonly<Record<string, AttributeKind>> = {}): OpSpec {
  return spec(
    [1, 1],
    (a) => {
      takes(a, types);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape }];
    },
    attributes,
  );
}

/** Elementwise with broadcasting; `result` replaces the element type. */
export function elementwise(arity: readonly [number, number], types: ReadonlySet<DType>, result?: DType): OpSpec {
  return spec(arity, (a) => {
    takes(a, types);
    const dtype = oneType(a);
    return [{ dtype: result ?? dtype, shape: broadcastAll(a) }];
  });
}
