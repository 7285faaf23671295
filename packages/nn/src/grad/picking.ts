// Gradient rules of the operators that pick elements by index, and of those that put them in places.
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { expand, int64s, like, reshape, shapeOf } from "../graph/operators.ts";
import { formatShape, isStatic } from "../shape.ts";
import type { Rule } from "./rule.ts";
import { zerosLike } from "./shaping.ts";

const gatherND: Rule = ({ inputs, output, gradient }) => {
  const [x, indices] = inputs as [Tensor, Tensor];
  const skipped = Number(output.node.attributes.batch_dims ?? 0);
  const whole = skipped === 0 ? indices : withBatchPlaces(indices, skipped);
  return [apply("ScatterND", [zerosLike(x), whole, gradient], { reduction: "add" }), undefined];
};

/** Indices into all axes from indices behind the first `batch` axes: the place along those stands in front of each. */
function withBatchPlaces(indices: Tensor, batch: number): Tensor {
  const shape = indices.shape.slice(0, -1);
  if (!isStatic(shape)) {
    throw new NnError(
      "no-gradient",
      `The gradient of GatherND with batch_dims ${batch} needs known sizes; the indices are ${formatShape(indices.shape)}.`,
      "Build the training graph with a fixed batch size.",
    );
  }
  const places = Array.from({ length: batch }, (_, axis) => {
    const size = shape[axis] as number;
    const steps = int64s(Array.from({ length: size }, (_, i) => i));
    const column = reshape(steps, int64s([...shape.map((_, i) => (i === axis ? size : 1)), 1]));
    return expand(column, int64s([...shape, 1]));
  });
  return apply("Concat", [...places, indices], { axis: shape.length });
}

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
