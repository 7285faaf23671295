// Builds a node by applying an operator of the catalogue to tensors.
import { NnError } from "../errors.ts";
import { canonicalAttributes } from "./attributes.ts";
import { opSpec } from "./catalogue.ts";
import type { Attributes, CustomGradient, Node, Tensor } from "./node.ts";
import { outputOf } from "./node.ts";

/** Applies `op`; output types follow from the catalogue. Returns one tensor for each wanted output. */
export function applyAll(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: Attributes = {},
  outputCount = 1,
  name?: string,
): readonly Tensor[] {
  const spec = opSpec(op);
  const arity = spec.inputs;
  let count = inputs.length;
  while (count > 0 && inputs[count - 1] === undefined) count--;
  const given = Object.freeze(inputs.slice(0, count));
  if (count < arity[0] || count > arity[1]) {
    throw new NnError(
      "graph-invalid",
      `${op} takes ${arity[0]} to ${arity[1]} inputs and was given ${count}.`,
      "Give the operator the inputs that it takes.",
    );
  }
  const stray = given.find((input) => input !== undefined && !("node" in input));
  if (stray !== undefined) {
    const names = Object.keys(stray).slice(0, 20).join(", ");
    throw new NnError(
      "graph-invalid",
      `${op} was given several tensors by name (${names}) in the place of one.`,
      "Give a layer that takes one tensor one input; for several, write a layer that reads them by name.",
    );
  }
  const canonical = canonicalAttributes(spec, attributes);
  const types = spec.infer({ op, inputs: given, attributes: canonical, outputCount });
  const outputs = Object.freeze(types.map((type) => Object.freeze(type)));
  const node: Node = Object.freeze({
    op,
    name,
    inputs: given,
    attributes: canonical,
    outputs,
    data: undefined,
  });
  return outputs.map((_, index) => outputOf(node, index));
}

/**
 * `output` with a gradient given by hand, as a function of `inputs`. The rule must read no other tensors than those
 * that it is handed, so that passes over the graph can put others in their places.
 */
export function withGradient(output: Tensor, inputs: readonly Tensor[], rule: CustomGradient): Tensor {
  const { node } = apply("Identity", [output]);
  return outputOf(Object.freeze({ ...node, customGradient: Object.freeze({ inputs, rule }) }));
}

/** Applies `op` and returns its first output. */
export function apply(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: Attributes = {},
  name?: string,
): Tensor {
  return applyAll(op, inputs, attributes, 1, name)[0] as Tensor;
}
