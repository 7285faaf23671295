// A pass: max pooling before ReLU in place of after it. Exact, gradients too, and the ReLU has fewer elements.

import { apply } from "../graph/apply.ts";
import { topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { rewriteTensors } from "../graph/rewrite.ts";
import { usesOf } from "./uses.ts";

/**
 * The tensors with MaxPool(Relu(x)) written as Relu(MaxPool(x)), where nothing else reads the ReLU. Both are
 * monotonic, so the values are the same; a window whose largest element is not positive has no gradient either way.
 */
export function commutePooling(tensors: readonly Tensor[]): readonly Tensor[] {
  const uses = usesOf(topological(tensors), tensors);
  const reluOf = (node: Node): Node | undefined => {
    const before = node.inputs[0]?.node;
    const commutes = node.op === "MaxPool" && node.outputs.length === 1 && before?.op === "Relu";
    return commutes && uses.get(before) === 1 ? before : undefined;
  };
  return rewriteTensors(tensors, (node, [input]) => {
    if (reluOf(node) === undefined || input === undefined) return undefined;
    // The ReLU was rewritten already, but stays a ReLU: its own input is what is pooled.
    const pooled = apply("MaxPool", [input.node.inputs[0]], node.attributes);
    return [apply("Relu", [pooled])];
  });
}
