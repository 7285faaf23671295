// The reverse walk: gradients of a scalar with respect to tensors, as graph operators.
import { floatTypes } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { outputOf } from "../graph/node.ts";
import { add, like } from "../graph/operators.ts";
import { formatShape } from "../shape.ts";
import { chooseByModel } from "./choice.ts";
import type { Choose } from "./formulation.ts";
import { gradientRules, gradientStops } from "./rules.ts";
import { zerosLike } from "./shaping.ts";

/**
 * Gradients of `loss`, a scalar (or a tensor of one element), with respect to each of `wrt`, in the same shapes;
 * zeros where the loss does not depend on one. Throws `no-gradient` when an operator on the way has no rule.
 * Where a gradient can be written in several ways, `choose` picks one; by default a model of their time does.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[], options: { readonly choose?: Choose } = {}): Tensor[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw new NnError(
      "shape-mismatch",
      `A loss of shape ${formatShape(loss.shape)} is not a scalar.`,
      "Reduce it first, for example with reduceMean.",
    );
  }
  const order = topological([loss]);
  const targets = new Set(wrt.map(({ node }) => node));
  // Only nodes that depend on a target carry gradients.
  const active = new Set<Node>();
  for (const node of order) {
    const reached = node.inputs.some((tensor) => tensor !== undefined && active.has(tensor.node));
    if (targets.has(node) || (reached && !gradientStops.has(node.op))) active.add(node);
  }
  const choose = options.choose ?? chooseByModel;
  const found = new Map<Node, (Tensor | undefined)[]>();
  const accumulate = ({ node, index }: Tensor, gradient: Tensor): void => {
    const slots = found.get(node) ?? [];
    const before = slots[index];
    slots[index] = before === undefined ? gradient : add(before, gradient);
    found.set(node, slots);
  };
  if (active.has(loss.node)) accumulate(loss, loss.shape.length === 0 ? like(1, loss) : onesLike(loss));
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const slots = found.get(node);
    if (slots === undefined || !active.has(node) || !node.inputs.some((x) => x !== undefined && active.has(x.node)))
      continue;
    const wanted = node.inputs.map((x) => x !== undefined && active.has(x.node));
    backward(node, slots, wanted, choose).forEach((gradient, at) => {
      const into = node.inputs[at];
      if (gradient !== undefined && into !== undefined && active.has(into.node) && floatTypes.has(into.dtype)) {
        accumulate(into, gradient);
      }
    });
  }
  return wrt.map((tensor) => found.get(tensor.node)?.[tensor.index] ?? zerosLike(tensor));
}

function backward(
  node: Node,
  slots: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
  choose: Choose,
): readonly (Tensor | undefined)[] {
  const rule = Object.hasOwn(gradientRules, node.op) ? gradientRules[node.op] : undefined;
  if (rule === undefined) {
    throw new NnError(
      "no-gradient",
      `The operator ${node.op} has no gradient rule.`,
      "Keep it out of the way between parameters and loss, or add a rule to the gradient table.",
    );
  }
  const outputs = node.outputs.map((_, index) => outputOf(node, index));
  const output = outputs[0] as Tensor;
  // A rule of one output may rely on its gradient; only the first output of others can be missing.
  const gradient = slots[0] ?? zerosLike(output);
  return rule({
    inputs: node.inputs as readonly Tensor[],
    output,
    outputs,
    gradient,
    gradients: slots,
    wanted,
    choose,
  });
}

function onesLike(tensor: Tensor): Tensor {
  return add(zerosLike(tensor), like(1, tensor));
}
