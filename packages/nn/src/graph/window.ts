// The geometry of sliding windows: kernel, stride, dilation and padding of convolutions and pools.
import { NnError } from "../errors.ts";
import type { Dim, Shape } from "../shape.ts";
import { entryOf, formatShape } from "../shape.ts";
import type { Attributes } from "./node.ts";
import { intAttribute, intsAttribute } from "./spec.ts";

/** A window over the spatial axes; every list has one entry an axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding in front of each axis, and behind it. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The window that `attributes` describe. `kernel` is the weight's size where there is a weight. */
export function windowOf(op: string, attributes: Attributes, rank: number, kernel?: readonly number[]): Window {
  const size = kernel ?? intsAttribute(attributes, "kernel_shape") ?? [];
  const ones = size.map(() => 1);
  const strides = intsAttribute(attributes, "strides") ?? ones;
  const dilations = intsAttribute(attributes, "dilations") ?? ones;
  const pads = intsAttribute(attributes, "pads") ?? [...size, ...size].map(() => 0);
  const automatic = attributes.auto_pad ?? "NOTSET";
  if (automatic !== "NOTSET" && automatic !== "VALID") {
    throw new NnError(
      "attribute-invalid",
      `${op}: auto_pad ${JSON.stringify(automatic)} is not supported.`,
      "Write the padding out as pads.",
    );
  }
  const fits =
    size.length === rank &&
    strides.length === rank &&
    dilations.length === rank &&
    pads.length === 2 * rank &&
    [...size, ...strides, ...dilations].every((value) => value >= 1) &&
    pads.every((value) => value >= 0);
  if (!fits) {
    throw new NnError(
      "attribute-invalid",
      `${op}: kernel [${size}], strides [${strides}], dilations [${dilations}] and pads [${pads}] do not describe a window over ${rank} axes.`,
      "Give one entry of 1 or more for each spatial axis, and pads of 0 or more in front and behind.",
    );
  }
  return { kernel: size, strides, dilations, before: pads.slice(0, rank), after: pads.slice(rank) };
}

/** The attributes that say `window`. */
export function windowAttributes({ kernel, strides, dilations, before, after }: Window): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}

/** Number of positions of the window along each axis; a name when the size is one. */
export function positions(op: string, spatial: Shape, window: Window, ceil = false): Shape {
  return spatial.map((dim, i) => {
    const [stride, before, after] = [at(window.strides, i), at(window.before, i), at(window.after, i)];
    const reach = at(window.dilations, i) * (at(window.kernel, i) - 1) + 1;
    const extra = before + after - reach;
    if (typeof dim === "string") return symbolic(dim, extra, stride);
    const room = dim + extra;
    if (room < 0) {
      throw new NnError(
        "shape-mismatch",
        `${op}: a window of ${reach} does not fit an axis of ${dim} padded by ${before + after}, in ${formatShape(spatial)}.`,
        "Make the input larger, or pad it.",
      );
    }
    const count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    // A window that would start behind the input and its front padding does not count.
    return ceil && (count - 1) * stride >= dim + before ? count - 1 : count;
  });
}

/** Sizes that a transposed window of `positions` covers. */
export function covered(spatial: Shape, window: Window, outputPadding: readonly number[]): Shape {
  return spatial.map((dim, i): Dim => {
    const reach = at(window.dilations, i) * (at(window.kernel, i) - 1) + 1;
    const extra = entryOf(outputPadding, i) + reach - at(window.before, i) - at(window.after, i);
    const stride = at(window.strides, i);
    if (typeof dim === "number") return (dim - 1) * stride + extra;
    return stride === 1 && extra === 1 ? dim : `(${dim})*${stride}+${extra - stride}`;
  });
}

/** Whether windows neither overlap nor leave gaps nor are padded: each element lies in at most one. */
export function tiles({ kernel, strides, dilations, before, after }: Window): boolean {
  return (
    kernel.every((size, i) => size === strides[i]) &&
    dilations.every((value) => value === 1) &&
    [...before, ...after].every((value) => value === 0)
  );
}

export function isCeil(attributes: Attributes): boolean {
  return intAttribute(attributes, "ceil_mode", 0) === 1;
}

function symbolic(dim: string, extra: number, stride: number): Dim {
  if (stride === 1 && extra === -1) return dim;
  return `floor((${dim}${extra < 0 ? "" : "+"}${extra})/${stride})+1`;
}

function at(list: readonly number[], i: number): number {
  return list[i] ?? 0;
}
