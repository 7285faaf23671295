// What the gradients of a convolution's weight are written with: cuts, padding, sizes, channels in front.
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { int64s, like, reshape, transpose } from "../../graph/operators.ts";
import { entryOf, sizeOf, staticShape } from "../../shape.ts";
import type { Workload } from "./formulation.ts";

/** A reshape to known sizes. */
export const shaped = (x: Tensor, ...sizes: readonly number[]): Tensor => reshape(x, int64s(sizes));
export const concat = (xs: readonly Tensor[], axis: number): Tensor =>
  xs.length === 1 ? (xs[0] as Tensor) : apply("Concat", xs, { axis });

/** x [batch, channels, …] from `starts` (one a spatial axis), `counts` places apart by `steps`. */
export function cut(
  x: Tensor,
  first: number,
  starts: readonly number[],
  counts: readonly number[],
  steps: readonly number[],
): Tensor {
  const ends = starts.map((start, i) => start + (entryOf(counts, i) - 1) * entryOf(steps, i) + 1);
  const whole = starts.every((start, i) => start === 0 && ends[i] === x.shape[first + i] && steps[i] === 1);
  if (whole) return x;
  const axes = starts.map((_, i) => first + i);
  return apply("Slice", [x, int64s(starts), int64s(ends), int64s(axes), int64s(steps)]);
}

/** x with zeros in front of its last axes and behind them; negative amounts drop places. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  if ([...before, ...after].every((amount) => amount === 0)) return x;
  const lead = Array.from({ length: x.shape.length - before.length }, () => 0);
  return apply("Pad", [x, int64s([...lead, ...before, ...lead, ...after]), like(0, x)]);
}

export interface Sizes {
  readonly batch: number;
  readonly groups: number;
  /** Channels of the input in one group, of the output in one group. */
  readonly into: number;
  readonly out: number;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  /** Kernel positions, output places of one image. */
  readonly taps: number;
  readonly places: number;
}

export function sizesOf({ tensors: [x, g], window, groups }: Workload): Sizes {
  const [batch, channels, ...input] = staticShape((x as Tensor).shape, 2);
  const [, outputs, ...output] = staticShape((g as Tensor).shape, 2);
  return {
    batch,
    groups,
    into: channels / groups,
    out: outputs / groups,
    input,
    output,
    kernel: window.kernel,
    taps: sizeOf(window.kernel),
    places: sizeOf(output),
  };
}

/** Every position of the kernel, the last axis fastest. */
export function positionsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (all, size) => all.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );
}

export const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Channels first: [batch, channels, …] → [channels, batch, …]. */
export function channelsFirst(x: Tensor): Tensor {
  if (x.shape[0] === 1 || x.shape[1] === 1) {
    const [batch, channels, ...rest] = staticShape(x.shape, 2);
    return shaped(x, channels, batch, ...rest);
  }
  return transpose(x, [1, 0, ...range(2, x.shape.length - 2)]);
}
