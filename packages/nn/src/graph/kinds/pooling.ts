// Catalogue entries of pooling.
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { entryOf, formatShape } from "../../shape.ts";
import type { Application, OpSpec } from "../spec.ts";
import { required, takes } from "../spec.ts";
import { isCeil, positions, windowOf } from "../window.ts";
import { spec } from "./spec.ts";

const attributes = {
  auto_pad: "string",
  ceil_mode: "int",
  dilations: "ints",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

function spatialOf(a: Application): Shape {
  takes(a, floatTypes);
  const { shape } = required(a, 0);
  if (shape.length >= 3) return shape.slice(2);
  throw new NnError(
    "shape-mismatch",
    `${a.op}: the input ${formatShape(shape)} has no spatial axis.`,
    "Give [batch, channels, …sizes].",
  );
}

function pooled(a: Application): Shape {
  const spatial = spatialOf(a);
  const window = windowOf(a.op, a.attributes, spatial.length);
  if (window.kernel.some((size, i) => Math.max(entryOf(window.before, i), entryOf(window.after, i)) >= size)) {
    throw new NnError("attribute-invalid", `${a.op}: the padding reaches the kernel.`, "Pad by less than the kernel.");
  }
  return [...required(a, 0).shape.slice(0, 2), ...positions(a.op, spatial, window, isCeil(a.attributes))];
}

const globalPool: OpSpec = spec([1, 1], (a) => {
  const spatial = spatialOf(a);
  const { dtype, shape } = required(a, 0);
  return [{ dtype, shape: [...shape.slice(0, 2), ...spatial.map(() => 1)] }];
});

export const poolingOps: Readonly<Record<string, OpSpec>> = {
  /** The second output is the position of each maximum in the whole input, laid out flat. */
  MaxPool: spec(
    [1, 1],
    (a) => {
      const shape = pooled(a);
      return [{ dtype: required(a, 0).dtype, shape }, { dtype: "int64", shape } as const].slice(0, a.outputCount);
    },
    { ...attributes, storage_order: "int" },
  ),
  AveragePool: spec([1, 1], (a) => [{ dtype: required(a, 0).dtype, shape: pooled(a) }], {
    ...attributes,
    count_include_pad: "int",
  }),
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
};
