// A pass over a whole step: additions and ReLUs behind blocked convolutions become parts of them.
import { apply } from "../apply.ts";
import { topological } from "../build.ts";
import type { Node, Tensor } from "../node.ts";
import { rewriteTensors } from "../rewrite.ts";
import { usesOf } from "./uses.ts";

/**
 * The same values with fewer passes over memory. Run after differentiation: nodes that only carried a gradient given
 * by hand are gone afterwards.
 */
export function fuseBlocked(tensors: readonly Tensor[]): readonly Tensor[] {
  const bare = rewriteTensors(tensors, (node, [input]) =>
    node.ownGradient === undefined || input === undefined ? undefined : [input],
  );
  const uses = usesOf(topological(bare), bare);
  const isFree = (before: Node | undefined): boolean =>
    before?.op === "BlockedConv" && uses.get(before) === 1 && before.attributes.activation === undefined;
  const alone = (before: Node | undefined): boolean => isFree(before) && before?.inputs[3] === undefined;
  return rewriteTensors(bare, (node, inputs) => {
    const [first, second] = node.inputs.map((tensor) => tensor?.node);
    if (node.op === "Add" && sameShapes(node)) {
      const [a, b] = inputs as readonly [Tensor, Tensor];
      if (alone(first)) return [extended(a, b)];
      if (alone(second)) return [extended(b, a)];
    }
    if (node.op !== "Relu") return undefined;
    // An addition before the ReLU may have become part of the convolution just now.
    const joined = first?.op === "Add" && uses.get(first) === 1 && inputs[0]?.node.op === "BlockedConv";
    return isFree(first) || joined ? [extended(inputs[0] as Tensor, undefined, "Relu")] : undefined;
  });
}

function sameShapes({ inputs: [a, b] }: Node): boolean {
  return a !== undefined && b !== undefined && a.shape.join() === b.shape.join();
}

/** The convolution that gives `result`, with one more addition or with an activation. */
function extended({ node }: Tensor, sum?: Tensor, activation?: string): Tensor {
  const [x, weight, bias, before] = node.inputs;
  const attributes = activation === undefined ? node.attributes : { ...node.attributes, activation };
  return apply("BlockedConv", [x, weight, bias, sum ?? before], attributes);
}
