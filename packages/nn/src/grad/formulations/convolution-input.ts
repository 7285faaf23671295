// The gradient of a convolution's input, written in several ways. Tensors: weight, gradient of the output.
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { int64s, reshape, transpose } from "../../graph/operators.ts";
import { entryOf, sizeOf, staticShape } from "../../shape.ts";
import type { Family, Formulation, WorkEstimate, Workload } from "./formulation.ts";

function workOf({ tensors: [weight, g], result, groups }: Workload, operators: number, overlap: boolean): WorkEstimate {
  const [out, perGroup, ...kernel] = staticShape((weight as Tensor).shape, 2);
  const [batch, , ...output] = staticShape((g as Tensor).shape, 2);
  const places = overlap ? sizeOf(output) : sizeOf(result.slice(2));
  const columns = overlap ? perGroup * groups : out;
  return {
    products: batch * out * perGroup * sizeOf(kernel) * places,
    moved: batch * columns * sizeOf(kernel) * places,
    operators,
  };
}

/** The transposed convolution with the same weight. */
const convTranspose: Formulation = {
  name: "conv-transpose",
  valid: () => true,
  write({ tensors, window, groups, result }) {
    const [weight, g] = tensors as [Tensor, Tensor];
    const { kernel, strides, dilations, before, after } = window;
    const at = (list: readonly number[], i: number): number => entryOf(list, i);
    // Places at the far end that no window reached get a gradient of 0.
    const unreached = kernel.map((size, i) => {
      const reach = (at(staticShape(g.shape), i + 2) - 1) * at(strides, i) + at(dilations, i) * (size - 1) + 1;
      return at(result, i + 2) - (reach - at(before, i) - at(after, i));
    });
    return apply("ConvTranspose", [g, weight], {
      group: groups,
      strides,
      dilations,
      pads: [...before, ...after],
      output_padding: unreached,
    });
  },
  work: (workload) => workOf(workload, 1, true),
};

/** A convolution with the kernel turned round and the channels swapped. */
const flippedConv: Formulation = {
  name: "flipped-conv",
  valid: ({ window: { kernel, strides, dilations, before, after } }) =>
    strides.every((stride) => stride === 1) &&
    kernel.every((size, i) => {
      const reach = entryOf(dilations, i) * (size - 1);
      return reach >= entryOf(before, i) && reach >= entryOf(after, i);
    }),
  write({ tensors, window, groups, result }) {
    const [weight, g] = tensors as [Tensor, Tensor];
    const [out, perGroup, ...kernel] = staticShape(weight.shape, 2);
    const spatial = kernel.map((_, i) => i + 2);
    const backwards = kernel.map(() => -1);
    const turned = kernel.every((size) => size === 1)
      ? weight
      : apply("Slice", [
          weight,
          int64s(backwards),
          int64s(kernel.map(() => -(2 ** 40))),
          int64s(spatial),
          int64s(backwards),
        ]);
    const split = reshape(turned, int64s([groups, out / groups, perGroup, ...kernel]));
    const swapped = transpose(split, [0, 2, 1, ...spatial.map((axis) => axis + 1)]);
    const flipped = reshape(swapped, int64s([groups * perGroup, out / groups, ...kernel]));
    const reach = kernel.map((size, i) => entryOf(window.dilations, i) * (size - 1));
    const before = reach.map((own, i) => own - entryOf(window.before, i));
    const after = reach.map(
      (own, i) => Number(result[i + 2]) - 1 + own - Number(g.shape[i + 2]) + 1 - entryOf(before, i),
    );
    return apply("Conv", [g, flipped], { group: groups, dilations: window.dilations, pads: [...before, ...after] });
  },
  work: (workload) => workOf(workload, 3, false),
};

export const convolutionInput: Family = { name: "conv-input", formulations: [flippedConv, convTranspose] };
