// Catalogue entries of the operators that move, join and repeat elements.
import { numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Dim } from "../../shape.ts";
import { broadcast, entryOf, formatShape, normalizeAxis, oneSize, remainingDim } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import {
  axesInput,
  intAttribute,
  intsAttribute,
  knownNumbers,
  knownShape,
  oneType,
  required,
  reshaped,
  takes,
} from "../spec.ts";
import { int64, spec } from "./spec.ts";

function sliceDim(dim: Dim, start: number, end: Dim, step: number): Dim {
  if (typeof end === "string") {
    // Exporters cut a table of positions to the length of the text, which it is at least as long as.
    return start === 0 && step === 1 ? end : `slice(${dim},${start},${end},${step})`;
  }
  if (typeof dim === "string") {
    // Exporters write "to the end" as the largest int64, the largest int32 or 1e9; no axis is that long.
    if (start === 0 && end >= 1e9 && step === 1) return dim;
    return `slice(${dim},${start},${end},${step})`;
  }
  const clampTo = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + dim : value, low), high);
  if (step > 0) return Math.max(0, Math.ceil((clampTo(end, 0, dim) - clampTo(start, 0, dim)) / step));
  return Math.max(0, Math.ceil((clampTo(end, -1, dim - 1) - clampTo(start, 0, dim - 1)) / step));
}

export const shapingOps: Readonly<Record<string, OpSpec>> = {
  Shape: spec(
    [1, 1],
    (a) => {
      const sizes = required(a, 0).shape.slice(
        intAttribute(a.attributes, "start", 0),
        intAttribute(a.attributes, "end", 64),
      );
      return [{ dtype: "int64", shape: [sizes.length] }];
    },
    { start: "int", end: "int" },
  ),
  Reshape: spec(
    [2, 2],
    (a) => {
      takes(a, int64, 1);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape: reshaped(shape, knownShape(a, 1), a.op) }];
    },
    { allowzero: "int" },
  ),
  Transpose: spec(
    [1, 1],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const order = intsAttribute(a.attributes, "perm") ?? [...shape.keys()].reverse();
      if (order.length !== shape.length || new Set(order).size !== order.length) {
        throw new NnError(
          "attribute-invalid",
          `Transpose: order [${order.join(", ")}] does not list each of ${shape.length} axes once.`,
          "List every axis once.",
        );
      }
      return [{ dtype, shape: order.map((axis) => shape[normalizeAxis(axis, shape.length, a.op)] ?? 1) }];
    },
    { perm: "ints" },
  ),
  Unsqueeze: spec([2, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    const wanted = knownNumbers(a, 1);
    const rank = shape.length + wanted.length;
    const axes = new Set(wanted.map((axis) => normalizeAxis(axis, rank, a.op)));
    const rest = shape.values();
    return [{ dtype, shape: Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.next().value ?? 1))) }];
  }),
  Squeeze: spec([1, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    const listed = axesInput(a, 1, shape.length);
    if (listed?.length === 0) {
      throw new NnError(
        "attribute-invalid",
        "Squeeze: the list of axes has no elements, which to runtimes means none or all of size 1.",
        "List axes, or leave the list out for all of size 1.",
      );
    }
    const axes = listed ?? [...shape.keys()].filter((i) => shape[i] === 1);
    const bad = axes.find((axis) => shape[axis] !== 1);
    if (bad !== undefined) {
      throw new NnError(
        "shape-mismatch",
        `Squeeze: axis ${bad} of ${formatShape(shape)} is not 1.`,
        "Squeeze only axes of size 1.",
      );
    }
    return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
  }),
  Expand: spec([2, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    return [{ dtype, shape: broadcast(shape, knownShape(a, 1), a.op) }];
  }),
  Concat: spec(
    [1, 65536],
    (a) => {
      const first = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), first.shape.length, a.op);
      const parts = a.inputs.map((_, i) => required(a, i).shape);
      const joined: Dim[] = [...first.shape];
      for (const part of parts) {
        const sizes = joined.map((dim, i) => (i === axis ? dim : oneSize(dim, part[i] ?? 0)));
        if (part.length === joined.length && sizes.every((dim) => dim !== undefined)) {
          joined.splice(0, joined.length, ...(sizes as Dim[]));
        } else {
          throw new NnError(
            "shape-mismatch",
            `Concat: ${formatShape(part)} does not fit ${formatShape(first.shape)} along axis ${axis}.`,
            "Make all sizes equal except along the axis.",
          );
        }
      }
      const sizes = parts.map((part) => part[axis] ?? 0);
      const total: Dim = sizes.every((size) => typeof size === "number")
        ? sizes.reduce((sum, size) => sum + size, 0)
        : sizes.join("+");
      return [{ dtype: oneType(a), shape: joined.map((dim, i) => (i === axis ? total : dim)) }];
    },
    { axis: "int" },
  ),
  Split: spec(
    [2, 2],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      const sizes = knownNumbers(a, 1);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (typeof shape[axis] === "number" && total !== shape[axis]) {
        throw new NnError(
          "shape-mismatch",
          `Split: sizes sum to ${total}, axis ${axis} of ${formatShape(shape)} has ${shape[axis]}.`,
          "Make the sizes sum to the axis.",
        );
      }
      return sizes.map((size) => ({ dtype, shape: shape.map((dim, i) => (i === axis ? size : dim)) }));
    },
    { axis: "int" },
  ),
  Slice: spec([3, 5], (a) => {
    const { dtype, shape } = required(a, 0);
    const starts = knownNumbers(a, 1);
    const ends = knownShape(a, 2);
    const axes = axesInput(a, 3, shape.length) ?? [...starts.keys()];
    const steps = a.inputs[4] === undefined ? starts.map(() => 1) : knownNumbers(a, 4);
    const result = [...shape];
    for (const [i, axis] of axes.entries()) {
      const step = entryOf(steps, i);
      if (step === 0) throw new NnError("attribute-invalid", "Slice: a step is 0.", "Use a step other than 0.");
      result[axis] = sliceDim(entryOf(shape, axis), entryOf(starts, i), entryOf(ends, i), step);
    }
    return [{ dtype, shape: result }];
  }),
  Pad: spec(
    [2, 4],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const pads = knownNumbers(a, 1);
      const axes = axesInput(a, 3, shape.length) ?? [...shape.keys()];
      if (pads.length !== 2 * axes.length) {
        throw new NnError(
          "attribute-invalid",
          `Pad: ${pads.length} amounts for ${axes.length} axes.`,
          "Give one amount in front of each axis, then one behind each.",
        );
      }
      const padded = shape.map((dim, axis): Dim => {
        const i = axes.indexOf(axis);
        const extra = i < 0 ? 0 : entryOf(pads, i) + entryOf(pads, i + axes.length);
        if (typeof dim === "string") return extra === 0 ? dim : `${dim}+${extra}`;
        if (dim + extra < 0) {
          throw new NnError("shape-mismatch", `Pad: ${-extra} is cut from an axis of ${dim}.`, "Cut less.");
        }
        return dim + extra;
      });
      return [{ dtype, shape: padded }];
    },
    { mode: "string" },
  ),
  Tile: spec([2, 2], (a) => {
    const { dtype, shape } = required(a, 0);
    const repeats = knownShape(a, 1);
    if (repeats.length !== shape.length || repeats.some((count) => typeof count === "number" && count < 0)) {
      throw new NnError(
        "attribute-invalid",
        `Tile: [${repeats.join(", ")}] does not say how often each axis of ${formatShape(shape)} is repeated.`,
        "Give one number of 0 or more for each axis.",
      );
    }
    return [{ dtype, shape: shape.map((dim, i) => remainingDim([dim, entryOf(repeats, i)], [], a.op)) }];
  }),
  Trilu: spec(
    [1, 2],
    (a) => {
      takes(a, int64, 1);
      const { dtype, shape } = required(a, 0);
      if (shape.length < 2) {
        throw new NnError("shape-mismatch", `Trilu: ${formatShape(shape)} is no matrix.`, "Give two axes or more.");
      }
      return [{ dtype, shape }];
    },
    { upper: "int" },
  ),
  /** start, limit, delta: scalars, known as far as the number of values follows. */
  Range: spec([3, 3], (a) => {
    takes(a, numericTypes);
    const dtype = oneType(a);
    const [limit] = dtype === "int64" || dtype === "int32" ? knownShape(a, 1) : knownNumbers(a, 1);
    const [[start = 0], [delta = 1]] = [knownNumbers(a, 0), knownNumbers(a, 2)];
    if (typeof limit === "string" && start === 0 && delta === 1) return [{ dtype, shape: [limit] }];
    const length = typeof limit === "number" ? Math.max(0, Math.ceil((limit - start) / delta)) : Number.NaN;
    if (Number.isSafeInteger(length)) return [{ dtype, shape: [length] }];
    throw new NnError(
      "attribute-invalid",
      `Range: the number of values from ${start} to ${limit} by ${delta} is not known.`,
      "Begin at 0 with steps of 1 where the limit is known only when the graph runs.",
    );
  }),
};
