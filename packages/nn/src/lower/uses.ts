// How often a node's values are read.
import type { Node, Tensor } from "../graph/node.ts";

/** Number of readers of each node among `order`, the results in `tensors` counted too. */
export function usesOf(order: readonly Node[], tensors: readonly Tensor[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const count = (tensor: Tensor | undefined): void => {
    if (tensor !== undefined) uses.set(tensor.node, (uses.get(tensor.node) ?? 0) + 1);
  };
  for (const node of order) node.inputs.forEach(count);
  tensors.forEach(count);
  return uses;
}
