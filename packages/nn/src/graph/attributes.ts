// Brings attribute values to the one form that survives an ONNX file: float32 floats, numbers for safe integers.
import type { Attribute, Attributes } from "./node.ts";
import type { OpSpec } from "./spec.ts";

/** The canonical form of `attributes`: what decoding gives back after encoding. */
export function canonicalAttributes(spec: OpSpec, attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).map(([name, value]) => {
    const kind = Object.hasOwn(spec.attributes, name) ? spec.attributes[name] : undefined;
    if (kind === "float" && typeof value === "number") return [name, Math.fround(value)] as const;
    if (kind === "floats") return [name, Object.freeze((value as readonly number[]).map(Math.fround))] as const;
    if (kind === "ints") return [name, canonicalIntegers(value as readonly (number | bigint)[])] as const;
    return [name, value] as const;
  });
  return Object.freeze(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Numbers when every integer is safe, otherwise bigints. */
export function canonicalIntegers(values: readonly (number | bigint)[]): Attribute {
  const numbers = values.map(Number);
  return Object.freeze(numbers.every(Number.isSafeInteger) ? numbers : values.map(BigInt));
}
