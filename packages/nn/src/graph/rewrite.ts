// One pass over a graph: each node is kept, or replaced by what a function builds in its place.
import { applyAll, withGradient } from "./apply.ts";
import { buildGraph, topological } from "./build.ts";
import type { Graph, Node, Tensor } from "./node.ts";

/** Given a node and its (already rewritten) inputs: the tensors that take the place of its outputs, or undefined. */
export type Replace = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[] | undefined;

/**
 * The tensors with every node that they depend on kept or replaced, and those that only gradients given by hand read:
 * else a gradient would compute what stood here before once more. Leaves stay the same nodes. Nodes of `given` have
 * their places from the start, leaves too, and nothing before them is looked at.
 */
export function rewriteTensors(
  tensors: readonly Tensor[],
  replace: Replace,
  given: ReadonlyMap<Node, readonly Tensor[]> = new Map(),
): readonly Tensor[] {
  const reads = ({ inputs, customGradient }: Node): Node["inputs"] =>
    customGradient === undefined ? inputs : [...inputs, ...customGradient.inputs];
  return rewritten(topological(tensors, new Set(given.keys()), reads), tensors, replace, given);
}

function rewritten(
  order: readonly Node[],
  tensors: readonly Tensor[],
  replace: Replace,
  given: ReadonlyMap<Node, readonly Tensor[]> = new Map(),
): readonly Tensor[] {
  const places = new Map(given);
  const now = (tensor: Tensor | undefined): Tensor | undefined =>
    tensor === undefined ? undefined : (places.get(tensor.node)?.[tensor.index] ?? tensor);
  for (const node of order) {
    if (node.op === "Input" || node.op === "Constant") continue;
    const inputs = node.inputs.map(now);
    const replaced = replace(node, inputs);
    if (replaced !== undefined) places.set(node, replaced);
    else if (node.customGradient !== undefined) {
      const read = node.customGradient.inputs.map((tensor) => now(tensor) as Tensor);
      places.set(node, [withGradient(inputs[0] as Tensor, read, node.customGradient.rule)]);
    } else if (inputs.some((tensor, i) => tensor !== node.inputs[i]))
      places.set(node, applyAll(node.op, inputs, node.attributes, node.outputs.length, node.name));
  }
  return tensors.map((tensor) => now(tensor) as Tensor);
}

/**
 * A new graph with the same inputs and output names, in which every node for which `replace` answers is replaced.
 * Constants that nothing reads any more are gone. The result is verified.
 */
export function rewriteGraph(graph: Graph, replace: Replace): Graph {
  const tensors = graph.outputs.map(({ tensor }) => tensor);
  const after = rewritten(graph.nodes, tensors, replace);
  const outputs = Object.fromEntries(graph.outputs.map(({ name }, i) => [name, after[i] as Tensor]));
  return buildGraph(outputs, { name: graph.name, inputs: graph.inputs });
}
