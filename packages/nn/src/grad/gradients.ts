// The reverse walk: gradients of a scalar with respect to tensors, as graph operators.
import { floatTypes } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { outputOf } from "../graph/node.ts";
import { add, like } from "../graph/operators.ts";
import { formatShape } from "../shape.ts";
import { chooseByModel } from "./formulations/choice.ts";
import type { Choose } from "./formulations/formulation.ts";
import type { Seed } from "./rule.ts";
import { zerosLike } from "./rule.ts";
import { gradientRules, nonDifferentiable } from "./rules.ts";

/**
 * Gradients of `loss`, a scalar (or a tensor of one element), with respect to each of `wrt`, in the same shapes;
 * zeros where the loss does not depend on one. Throws `no-gradient` when an operator on the way has no rule.
 * Where a gradient can be written in several ways, `choose` picks one; by default a model of their time does.
 */
export function gradients(
  loss: Tensor,
  wrt: readonly Tensor[],
  options: { readonly choose?: Choose | undefined } = {},
): Tensor[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw new NnError(
      "shape-mismatch",
      `A loss of shape ${formatShape(loss.shape)} is not a scalar.`,
      "Reduce it first, for example with reduceMean.",
    );
  }
  const seed = loss.shape.length === 0 ? like(1, loss) : onesLike(loss);
  const found = pullBack([{ tensor: loss, gradient: seed }], wrt, options.choose ?? chooseByModel);
  return wrt.map((tensor, i) => found[i] ?? zerosLike(tensor));
}

/** The reverse walk from several tensors at once; undefined where none of them depends on a tensor of `wrt`. */
function pullBack(seeds: readonly Seed[], wrt: readonly Tensor[], choose: Choose): (Tensor | undefined)[] {
  const order = topological(
    seeds.map(({ tensor }) => tensor),
    new Set(),
    sources,
  );
  const targets = new Set(wrt.map(({ node }) => node));
  // Only nodes that depend on a target carry gradients.
  const active = new Set<Node>();
  for (const node of order) {
    const reached = sources(node).some((tensor) => tensor !== undefined && active.has(tensor.node));
    if (targets.has(node) || (reached && !nonDifferentiable.has(node.op))) active.add(node);
  }
  const found = new Map<Node, (Tensor | undefined)[]>();
  const accumulate = ({ node, index }: Tensor, gradient: Tensor): void => {
    const slots = found.get(node) ?? [];
    const before = slots[index];
    slots[index] = before === undefined ? gradient : add(before, gradient);
    found.set(node, slots);
  };
  for (const { tensor, gradient } of seeds) if (active.has(tensor.node)) accumulate(tensor, gradient);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Node;
    const slots = found.get(node);
    const from = sources(node);
    const wanted = from.map((x) => x !== undefined && active.has(x.node));
    if (slots === undefined || !active.has(node) || !wanted.includes(true)) continue;
    const grads = customGradients(node, slots[0], wanted) ?? backward(node, slots, wanted, choose);
    grads.forEach((gradient, at) => {
      const into = from[at];
      if (gradient !== undefined && into !== undefined && active.has(into.node) && floatTypes.has(into.dtype)) {
        accumulate(into, gradient);
      }
    });
  }
  return wrt.map((tensor) => found.get(tensor.node)?.[tensor.index]);
}

/** The nodes that a gradient of `tensors` reaches; a parameter that is not among them cannot be trained by them. */
export function gradientReach(tensors: readonly Tensor[]): ReadonlySet<Node> {
  const reached = new Set<Node>();
  const open = tensors.filter(({ dtype }) => floatTypes.has(dtype)).map(({ node }) => node);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    if (nonDifferentiable.has(node.op) && node.customGradient === undefined) continue;
    for (const from of sources(node)) if (from !== undefined && floatTypes.has(from.dtype)) open.push(from.node);
  }
  return reached;
}

/** What the gradient goes to: the node's inputs, or those of a gradient given by hand. */
function sources(node: Node): readonly (Tensor | undefined)[] {
  return node.customGradient?.inputs ?? node.inputs;
}

function customGradients(
  node: Node,
  gradient: Tensor | undefined,
  wanted: readonly boolean[],
): readonly (Tensor | undefined)[] | undefined {
  if (node.customGradient === undefined || gradient === undefined) return undefined;
  return node.customGradient.rule(gradient, node.customGradient.inputs, outputOf(node), wanted);
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
    pullBack: (seeds, wrt) => pullBack(seeds, wrt, choose),
  });
}

function onesLike(tensor: Tensor): Tensor {
  return add(zerosLike(tensor), like(1, tensor));
}
