// The gradient of average pooling, written in several ways. Tensors: x, gradient divided by the windows' sizes.
import { numbersToData } from "../../dtype.ts";
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { constantNode } from "../../graph/node.ts";
import { expand, int64s, like, reshape, unsqueeze } from "../../graph/operators.ts";
import { tiles } from "../../graph/window.ts";
import { entryOf, sizeOf, staticShape } from "../../shape.ts";
import type { Family, Formulation, Workload } from "./formulation.ts";

/** A transposed convolution with ones, every channel by itself. */
const convTranspose: Formulation = {
  name: "conv-transpose",
  valid: () => true,
  write({ tensors, window, result }) {
    const g = tensors[1] as Tensor;
    const { kernel, strides, dilations, before, after } = window;
    const [batch, channels, ...places] = staticShape(g.shape, 2);
    const single = reshape(g, int64s([batch * channels, 1, ...places]));
    const ones = constantNode(
      numbersToData(
        Array.from({ length: sizeOf(kernel) }, () => 1),
        [1, 1, ...kernel],
        g.dtype,
      ),
    );
    // What windows reach beyond the input (ceil_mode) is cut; what none reaches is filled up.
    const missing = kernel.map((size, i) => {
      const reach = (entryOf(places, i) - 1) * entryOf(strides, i) + entryOf(dilations, i) * (size - 1) + 1;
      return entryOf(result, i + 2) + entryOf(before, i) - reach;
    });
    const behind = missing.map((size) => Math.max(0, -size));
    const extra = missing.map((size) => Math.max(0, size));
    const spread = apply("ConvTranspose", [single, ones], {
      strides,
      dilations,
      pads: [...before, ...behind],
      output_padding: after.map((_, i) => entryOf(extra, i)),
    });
    return reshape(spread, int64s(result));
  },
  work: ({ result, window }) => ({ products: 0, moved: sizeOf(result) * (sizeOf(window.kernel) + 1), operators: 3 }),
};

/** Windows that tile the input exactly: every gradient repeated over its window. */
const repeat: Formulation = {
  name: "repeat",
  valid: ({ tensors, window, result }) =>
    tiles(window) &&
    window.kernel.every((size, i) => size * Number((tensors[1] as Tensor).shape[i + 2]) === result[i + 2]),
  write({ tensors, window, result }) {
    const g = tensors[1] as Tensor;
    const { kernel } = window;
    const interleaved = unsqueeze(
      g,
      kernel.map((_, i) => 3 + 2 * i),
    );
    const sizes = kernel.flatMap((size, i) => [Number(g.shape[i + 2]), size]);
    const whole = expand(interleaved, int64s([...staticShape(g.shape.slice(0, 2)), ...sizes]));
    return reshape(whole, int64s(result));
  },
  work: ({ result }) => ({ products: 0, moved: 2 * sizeOf(result), operators: 3 }),
};

export const averagePool: Family = { name: "average-pool", formulations: [repeat, convTranspose] };

/** How many elements of the input (with its padding, when `withPads`) each window averages, as sizes [places…]. */
export function windowCounts({ window, tensors }: Workload, withPads: boolean): Tensor | number {
  const [x, g] = tensors as [Tensor, Tensor];
  const perAxis = window.kernel.map((size, i) => {
    const input = Number(x.shape[i + 2]);
    const before = entryOf(window.before, i);
    const [low, high] = withPads ? [-before, input + entryOf(window.after, i)] : [0, input];
    return Array.from({ length: Number(g.shape[i + 2]) }, (_, place) => {
      const start = place * entryOf(window.strides, i) - before;
      const taps = Array.from({ length: size }, (_, k) => start + k * entryOf(window.dilations, i));
      return taps.filter((at) => at >= low && at < high).length;
    });
  });
  const all = perAxis.reduce<readonly number[]>((counts, own) => counts.flatMap((a) => own.map((b) => a * b)), [1]);
  const first = all[0] ?? 1;
  if (all.every((count) => count === first)) return first;
  return constantNode(
    numbersToData(
      all,
      perAxis.map((own) => own.length),
      g.dtype,
    ),
  );
}

export function divisor(counts: Tensor | number, g: Tensor): Tensor {
  return typeof counts === "number" ? like(counts, g) : counts;
}
