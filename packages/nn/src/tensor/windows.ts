// Options of sliding windows, shared by convolutions and pools, and how they become ONNX attributes.
import { NnError } from "../errors.ts";
import type { Attributes } from "../graph/node.ts";

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

export interface WindowOptions {
  /** Step from window to window (default: 1 for convolutions, the window's size for pools). */
  readonly stride?: PerAxis;
  /** Distance between the elements of a window (default 1). */
  readonly dilation?: PerAxis;
  /**
   * Elements added on both sides of each axis, or "same": as many in all as keep the size at a stride of 1 (the
   * odd one behind). Default 0.
   */
  readonly padding?: PerAxis | "same";
}

/** One number an axis; throws `attribute-invalid`. */
export function perAxis(value: PerAxis, rank: number, what: string, least = 0): readonly number[] {
  const list = typeof value === "number" ? Array.from({ length: rank }, () => value) : value;
  if (list.length === rank && list.every((item) => Number.isSafeInteger(item) && item >= least)) return list;
  throw new NnError(
    "attribute-invalid",
    `${what} is ${JSON.stringify(value)}.`,
    `Give a whole number of ${least} or more, or one for each of ${rank} axes.`,
  );
}

/** Strides, dilations and pads for a kernel. */
export function windowAttributesOf(kernel: readonly number[], options: WindowOptions, stride: PerAxis = 1): Attributes {
  const rank = kernel.length;
  const dilations = perAxis(options.dilation ?? 1, rank, "dilation", 1);
  const padding = options.padding ?? 0;
  const totals = kernel.map((size, i) => (dilations[i] ?? 1) * (size - 1));
  const before = padding === "same" ? totals.map((total) => Math.floor(total / 2)) : perAxis(padding, rank, "padding");
  const after = padding === "same" ? totals.map((total) => Math.ceil(total / 2)) : before;
  return { strides: perAxis(options.stride ?? stride, rank, "stride", 1), dilations, pads: [...before, ...after] };
}
