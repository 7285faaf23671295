// One pass over a graph: each node is kept, or replaced by what a function builds in its place.
import { applyAll } from "./apply.ts";
import { buildGraph } from "./build.ts";
import type { Graph, Node, Tensor } from "./node.ts";

/** Given a node and its (already rewritten) inputs: the tensors that take the place of its outputs, or undefined. */
export type Replace = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[] | undefined;

/**
 * A new graph with the same inputs and output names, in which every node for which `replace` answers is replaced.
 * Constants that nothing reads any more are gone. The result is verified.
 */
export function rewriteGraph(graph: Graph, replace: Replace): Graph {
  const rewritten = new Map<Node, readonly Tensor[]>();
  const now = (tensor: Tensor | undefined): Tensor | undefined =>
    tensor === undefined ? undefined : (rewritten.get(tensor.node)?.[tensor.index] ?? tensor);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(now);
    const replaced = replace(node, inputs);
    if (replaced !== undefined) rewritten.set(node, replaced);
    else if (inputs.some((tensor, i) => tensor !== node.inputs[i]))
      rewritten.set(node, applyAll(node.op, inputs, node.attributes, node.outputs.length, node.name));
  }
  const outputs = Object.fromEntries(graph.outputs.map(({ name, tensor }) => [name, now(tensor) as Tensor]));
  return buildGraph(outputs, { name: graph.name, inputs: graph.inputs });
}
