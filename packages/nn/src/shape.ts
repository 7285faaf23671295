// Shapes with symbolic dimensions: broadcasting, products and the messages about them.
import { NnError } from "./errors.ts";

/** A number, or the name of a size that is known only when the graph runs (for example "N"). */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** "[N, 3]" as shown in messages, "{ a: [N, 3], b: [N] }" of several by name. */
export function formatShape(shape: Shape | Readonly<Record<string, Shape>>): string {
  if (!isShape(shape)) {
    const named = Object.entries(shape).map(([name, own]) => `${name}: ${formatShape(own)}`);
    return `{ ${named.join(", ")} }`;
  }
  return `[${shape.join(", ")}]`;
}

const isShape = (shape: object): shape is Shape => Array.isArray(shape);

export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}

type Leading<N extends number, T extends readonly number[] = readonly []> = T["length"] extends N
  ? readonly [...T, ...number[]]
  : Leading<N, readonly [...T, number]>;

/**
 * The sizes of a shape, which are all known, of at least `axes` axes (default 0). Throws `graph-invalid` otherwise: what
 * is written for known sizes met others.
 */
export function staticShape<N extends number = 0>(shape: Shape, axes?: N): Leading<N> {
  if (isStatic(shape) && shape.length >= (axes ?? 0)) return shape as unknown as Leading<N>;
  throw new NnError(
    "graph-invalid",
    `A tensor has shape ${formatShape(shape)} where ${axes ?? 0} axes or more of known sizes are needed.`,
    "Build the graph with a fixed batch size and the axes that the operator takes.",
  );
}

/** Entry `index` of a list that has one for each axis. Throws `graph-invalid` where there is none. */
export function entryOf<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry !== undefined) return entry;
  throw new NnError(
    "graph-invalid",
    `A list of ${list.length} entries, one for each axis, has none for axis ${index}.`,
    "Give one entry for each axis.",
  );
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Number of elements of a static shape; a scalar has 1. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Sizes that were calculated from others, such as "floor((H-1)/2)+1". */
const calculated = /[()+*/]/;

/**
 * The one size that two stand for, undefined where they are known to differ. A name that was calculated may be equal to
 * any other: only the running graph can tell, and the plainer one is kept.
 */
export function oneSize(a: Dim, b: Dim): Dim | undefined {
  if (a === b) return a;
  if (typeof a === "number") return typeof b === "string" && calculated.test(b) ? a : undefined;
  if (typeof b === "number") return calculated.test(a) ? b : undefined;
  if (!calculated.test(a)) return calculated.test(b) ? a : undefined;
  return calculated.test(b) && a.length <= b.length ? a : b;
}

/** Shape of an elementwise operation on `a` and `b` by NumPy's rules; throws `shape-mismatch`. */
export function broadcast(a: Shape, b: Shape, where: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    // A named size next to a number above 1 can only be that number.
    if (typeof x === "string" && typeof y === "number") return y;
    if (typeof y === "string" && typeof x === "number") return x;
    const one = oneSize(x, y);
    if (one !== undefined) return one;
    throw new NnError(
      "shape-mismatch",
      `${where}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast (${x} against ${y}).`,
      "Make the sizes equal, or make one of them 1 (unsqueeze, reshape or transpose).",
    );
  });
}

/** A non-negative axis for a tensor of `rank`; throws `attribute-invalid`. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && normal >= 0 && normal < rank) return normal;
  throw new NnError(
    "attribute-invalid",
    `${where}: axis ${axis} does not exist in a tensor of rank ${rank}.`,
    `Use an axis from ${-rank} to ${rank - 1}.`,
  );
}

interface Product {
  readonly factor: number;
  readonly names: readonly string[];
}

function product(shape: Shape): Product {
  let factor = 1;
  const names: string[] = [];
  for (const dim of shape) {
    if (typeof dim === "number") factor *= dim;
    else {
      // A name that a reshape made, such as "2*N", is a product again.
      for (const part of /[()/+]/.test(dim) ? [dim] : dim.split("*")) {
        if (/^\d+(\.\d+)?$/.test(part)) factor *= Number(part);
        else names.push(part);
      }
    }
  }
  return { factor, names: names.sort() };
}

/** The size of the -1 in a reshape of `from` to `rest` and one unknown; a name when it is symbolic. */
export function remainingDim(from: Shape, rest: Shape, where: string): Dim {
  const whole = product(from);
  const known = product(rest);
  const names = [...whole.names];
  const extra: string[] = [];
  for (const name of known.names) {
    const at = names.indexOf(name);
    if (at >= 0) names.splice(at, 1);
    else extra.push(name);
  }
  const factor = known.factor === 0 ? 0 : whole.factor / known.factor;
  if (names.length === 0 && extra.length === 0) {
    if (Number.isInteger(factor)) return factor;
    throw new NnError(
      "shape-mismatch",
      `${where}: ${formatShape(from)} cannot be reshaped to ${formatShape(rest)} with one free size.`,
      "Make the product of the known sizes divide the number of elements.",
    );
  }
  const symbols = names.join("*") + extra.map((name) => `/${name}`).join("");
  return factor === 1 && names.length > 0 ? symbols : `${factor}*${symbols}`;
}
