// Builds a graph's nodes anew on other tensors: with its inputs or constants replaced, or up to some node only.
import { NnError } from "../errors.ts";
import { applyAll } from "./apply.ts";
import { topological } from "./build.ts";
import type { Graph, Node, Tensor } from "./node.ts";

/** What a leaf or a node's outputs become; undefined keeps a leaf as it is, and applies a node to what its inputs became. */
export type Substitute = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[] | undefined;

/**
 * The wanted tensors of `graph`, by default its outputs, built anew. Types and shapes are inferred anew, so an input
 * may be replaced by one of another batch size.
 */
export function instantiate(
  graph: Graph,
  substitute: Substitute,
  wanted: readonly Tensor[] = graph.outputs.map(({ tensor }) => tensor),
): readonly Tensor[] {
  const made = new Map<Node, readonly Tensor[]>();
  const now = (tensor: Tensor | undefined): Tensor | undefined => {
    if (tensor === undefined) return undefined;
    const outputs = made.get(tensor.node);
    return outputs === undefined ? tensor : (outputs[tensor.index] as Tensor);
  };
  for (const node of topological(wanted)) {
    const inputs = node.inputs.map(now);
    const replaced = substitute(node, inputs);
    if (replaced !== undefined) made.set(node, replaced);
    else if (node.op !== "Input" && node.op !== "Constant" && inputs.some((tensor, i) => tensor !== node.inputs[i]))
      made.set(node, rebuilt(node, inputs));
  }
  return wanted.map((tensor) => now(tensor) as Tensor);
}

function rebuilt(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  try {
    return applyAll(node.op, inputs, node.attributes, node.outputs.length, node.name);
  } catch (cause) {
    if (!(cause instanceof NnError)) throw cause;
    const name = node.name === undefined ? "" : ` ${JSON.stringify(node.name)}`;
    throw new NnError(cause.code, `In the node${name}: ${cause.message}`, cause.fix, cause);
  }
}
