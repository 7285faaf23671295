// Gradient rules of the operators that pick elements by index, and of those that put them in places.
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { expand, like, shapeOf } from "../graph/operators.ts";
import type { Rule } from "./rule.ts";
import { zerosLike } from "./shaping.ts";

const gatherND: Rule = ({ inputs, output, gradient }) => {
  const [x, indices] = inputs as [Tensor, Tensor];
  const { batch_dims: skipped } = output.node.attributes;
  if (typeof skipped === "number" && skipped > 0) {
    throw new NnError(
      "no-gradient",
      `GatherND has no gradient with batch_dims ${skipped}.`,
      "Gather without batch_dims, or with GatherElements.",
    );
  }
  return [apply("ScatterND", [zerosLike(x), indices, gradient], { reduction: "add" }), undefined];
};

const topK: Rule = ({ inputs, outputs, output, gradient }) => {
  const axis = output.node.attributes.axis ?? -1;
  const zeros = zerosLike(inputs[0] as Tensor);
  return [apply("ScatterElements", [zeros, outputs[1], gradient], { axis }), undefined];
};

/** Scattering replaces, or adds: the updates' gradient is picked from the places that they went to. */
function scatter(op: string, pick: string): Rule {
  return ({ inputs, output, gradient }) => {
    const [, indices, updates] = inputs as [Tensor, Tensor, Tensor];
    const { reduction = "none", ...attributes } = output.node.attributes;
    if (reduction !== "none" && reduction !== "add") {
      throw new NnError(
        "no-gradient",
        `${op} has no gradient with the reduction ${String(reduction)}.`,
        'Scatter with the reduction "none" or "add".',
      );
    }
    const zeros = expand(like(0, updates), shapeOf(updates));
    const toX = reduction === "add" ? gradient : apply(op, [gradient, indices, zeros], attributes);
    return [toX, undefined, apply(pick, [gradient, indices], attributes)];
  };
}

export const pickingRules: Readonly<Record<string, Rule>> = {
  GatherND: gatherND,
  TopK: topK,
  ScatterElements: scatter("ScatterElements", "GatherElements"),
  ScatterND: scatter("ScatterND", "GatherND"),
};
