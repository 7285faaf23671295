// Gradient rules of convolutions.

import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { reduceSum } from "../graph/operators.ts";
import type { Window } from "../graph/window.ts";
import { windowOf } from "../graph/window.ts";
import { entryOf, staticShape } from "../shape.ts";
import { convolutionInput } from "./formulations/convolution-input.ts";
import { convolutionWeight } from "./formulations/convolution-weight.ts";
import { knownSizes, writeChosen } from "./formulations/formulation.ts";
import type { Backward, Rule } from "./rule.ts";

interface Parts {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly window: Window;
  readonly groups: number;
  readonly toBias: Tensor | undefined;
}

function partsOf({ inputs, output, gradient }: Backward): Parts {
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor?];
  const { attributes, op } = output.node;
  const kernel = staticShape(weight.shape.slice(2));
  const window = windowOf(op, attributes, kernel.length, kernel);
  const groups = typeof attributes.group === "number" ? attributes.group : 1;
  const summed = [...gradient.shape.keys()].filter((axis) => axis !== 1);
  return { x, weight, window, groups, toBias: bias && reduceSum(gradient, summed, false) };
}

const convolution: Rule = (backward) => {
  const { x, weight, window, groups, toBias } = partsOf(backward);
  const { gradient, choose, wanted } = backward;
  const common = { window, groups };
  const shape = knownSizes(weight, "Conv");
  knownSizes(gradient, "Conv");
  return [
    wanted[0]
      ? writeChosen(convolutionInput, { ...common, tensors: [weight, gradient], result: knownSizes(x, "Conv") }, choose)
      : undefined,
    wanted[1]
      ? writeChosen(convolutionWeight, { ...common, tensors: [x, gradient], result: shape }, choose)
      : undefined,
    toBias,
  ];
};

/** A transposed convolution is a convolution's input gradient: its own gradients are that convolution and its weight's. */
const transposedConvolution: Rule = (backward) => {
  const { x, weight, window, groups, toBias } = partsOf(backward);
  const { gradient, choose, wanted } = backward;
  knownSizes(gradient, "ConvTranspose");
  knownSizes(x, "ConvTranspose");
  const { kernel, strides, dilations, before, after } = window;
  // Padding at the far end is measured from the windows, whatever output_padding added.
  const behind = kernel.map((size, i) => {
    const reach = (Number(x.shape[i + 2]) - 1) * entryOf(strides, i) + entryOf(dilations, i) * (size - 1) + 1;
    return reach - entryOf(before, i) - Number(gradient.shape[i + 2]);
  });
  const inside = after.map((_, i) => Math.max(0, entryOf(behind, i)));
  const attributes = { group: groups, strides, dilations, pads: [...before, ...inside] };
  const exact: Window = { ...window, after: inside };
  return [
    apply("Conv", [gradient, weight], attributes),
    wanted[1]
      ? writeChosen(
          convolutionWeight,
          { window: exact, groups, tensors: [gradient, x], result: knownSizes(weight, "ConvTranspose") },
          choose,
        )
      : undefined,
    toBias,
  ];
};

export const convolutionRules: Readonly<Record<string, Rule>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
};
