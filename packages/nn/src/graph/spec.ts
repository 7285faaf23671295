// What the op catalogue says of one operator: arity, attribute kinds and how its output types follow.
import type { DType } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Dim, Shape } from "../shape.ts";
import { broadcast, formatShape, isStatic, normalizeAxis, remainingDim, sizeOf } from "../shape.ts";
import type { Attribute, Attributes, Tensor, ValueType } from "./node.ts";
import { constantNumbers } from "./node.ts";
import { knownIntegers, shapeValue } from "./shape-value.ts";

export type AttributeKind = "int" | "float" | "string" | "ints" | "floats" | "strings" | "tensor" | "graph";
type Domain = "" | "ai.onnx.ml" | "com.microsoft" | "com.microsoft.nchwc";

/** What a shape rule sees of one application. */
export interface Application {
  readonly op: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  /** How many outputs are wanted, for operators with a variable number. */
  readonly outputCount: number;
}

export interface OpSpec {
  readonly domain: Domain;
  /** The operator's name in a file, where the catalogue calls it otherwise because another domain has the name. */
  readonly type?: string;
  /** Fewest and most inputs; missing optional inputs in the middle are undefined. */
  readonly inputs: readonly [least: number, most: number];
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /** Output types; throws shape-mismatch, dtype-mismatch or attribute-invalid. */
  readonly infer: (application: Application) => readonly ValueType[];
}

/** Input `index`, which must be there. */
export function required({ op, inputs }: Application, index: number): Tensor {
  const tensor = inputs[index];
  if (tensor !== undefined) return tensor;
  throw new NnError("graph-invalid", `${op}: input ${index} is missing.`, "Give the operator all its inputs.");
}

export function takes({ op, inputs }: Application, types: ReadonlySet<DType>, ...indices: readonly number[]): void {
  for (const index of indices.length > 0 ? indices : inputs.keys()) {
    const tensor = inputs[index];
    if (tensor !== undefined && !types.has(tensor.dtype)) {
      throw new NnError(
        "dtype-mismatch",
        `${op}: input ${index} is ${tensor.dtype}; it takes ${[...types].join(", ")}.`,
        "Cast the input first.",
      );
    }
  }
}

/** All inputs (or those listed) have one element type, which is returned. */
export function oneType({ op, inputs }: Application, ...indices: readonly number[]): DType {
  const listed = (indices.length > 0 ? indices.map((i) => inputs[i]) : inputs).filter((tensor) => tensor !== undefined);
  const first = listed[0];
  const other = listed.find((tensor) => tensor.dtype !== first?.dtype);
  if (first !== undefined && other === undefined) return first.dtype;
  throw new NnError(
    "dtype-mismatch",
    `${op}: its inputs are ${listed.map((tensor) => tensor.dtype).join(" and ")}; they must have one element type.`,
    "Cast one of them.",
  );
}

export function broadcastAll({ op, inputs }: Application): Shape {
  return inputs.reduce<Shape>((shape, tensor) => (tensor ? broadcast(shape, tensor.shape, op) : shape), []);
}

/** An integer attribute or its default. */
export function intAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === "number" ? value : otherwise;
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const value: Attribute | undefined = attributes[name];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

/** Axes given as a constant input; undefined when the input is absent. */
export function axesInput(application: Application, index: number, rank: number): readonly number[] | undefined {
  const tensor = application.inputs[index];
  if (tensor === undefined) return undefined;
  return knownNumbers(application, index).map((axis) => normalizeAxis(axis, rank, application.op));
}

/**
 * The axes that a reduction of a tensor of `rank` goes over, listed in input 1: all where none is listed, and with
 * `noop_with_empty_axes` none, which leaves every element by itself.
 */
export function reductionAxes(application: Application, rank: number): readonly number[] {
  const listed = axesInput(application, 1, rank) ?? [];
  if (listed.length > 0) return [...new Set(listed)];
  return intAttribute(application.attributes, "noop_with_empty_axes", 0) === 1 ? [] : [...Array(rank).keys()];
}

export function knownNumbers(application: Application, index: number): readonly number[] {
  const tensor = required(application, index);
  const values = constantNumbers(tensor) ?? knownIntegers(tensor);
  if (values !== undefined) return values;
  throw new NnError(
    "graph-invalid",
    `${application.op}: input ${index} must be a constant, so that the output's shape is known.`,
    "Pass it as a constant.",
  );
}

export function knownShape(application: Application, index: number): Shape {
  const shape = shapeValue(required(application, index));
  if (shape !== undefined) return shape;
  throw new NnError(
    "graph-invalid",
    `${application.op}: the shape given as input ${index} is not known before the graph runs.`,
    "Pass a constant, or the shape of another tensor.",
  );
}

export function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}

/** Shape of a reshape: 0 copies a size, -1 is computed. */
export function reshaped(from: Shape, wanted: Shape, op: string): Shape {
  const shape: Dim[] = wanted.map((dim, i) => (dim === 0 ? (from[i] ?? 0) : dim));
  const free = shape.indexOf(-1);
  if (free >= 0) {
    const rest = shape.filter((_, i) => i !== free);
    if (rest.includes(-1)) {
      throw new NnError("attribute-invalid", `${op}: shape ${formatShape(wanted)} has two -1.`, "Leave one -1.");
    }
    shape[free] = remainingDim(from, rest, op);
  }
  if (isStatic(from) && isStatic(shape) && sizeOf(from) !== sizeOf(shape)) {
    throw new NnError(
      "shape-mismatch",
      `${op}: ${formatShape(from)} has ${sizeOf(from)} elements, ${formatShape(shape)} has ${sizeOf(shape)}.`,
      "Reshape to the same number of elements.",
    );
  }
  return shape;
}

/** Shape of a batched matrix product. */
export function matMulShape(a: Shape, b: Shape, op: string): Shape {
  if (a.length === 0 || b.length === 0) {
    throw new NnError("shape-mismatch", `${op}: a scalar has no matrix product.`, "Use mul, or reshape first.");
  }
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const inner = left[left.length - 1];
  const outer = right[right.length - 2];
  if (inner !== outer && typeof inner === "number" && typeof outer === "number") {
    throw new NnError(
      "shape-mismatch",
      `${op}: ${formatShape(a)} times ${formatShape(b)}: inner sizes ${inner} and ${outer} differ.`,
      "Make the left's last size equal the right's last but one.",
    );
  }
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2), op);
  const rows = a.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.length === 1 ? [] : right.slice(-1);
  return [...batch, ...rows, ...columns];
}
