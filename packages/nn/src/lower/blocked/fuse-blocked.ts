// A pass over a whole step: what stands behind blocked convolutions becomes part of them, or reads their layout.

import { apply } from "../../graph/apply.ts";
import { topological } from "../../graph/build.ts";
import type { Node, Tensor } from "../../graph/node.ts";
import { int64s, reshape, transpose } from "../../graph/operators.ts";
import { rewriteTensors } from "../../graph/rewrite.ts";
import { staticShape } from "../../shape.ts";
import { usesOf } from "../uses.ts";
import { shiftedInBlocks } from "./shift-blocked.ts";

/**
 * The same values with fewer passes over memory: additions and ReLUs behind a blocked convolution become parts of it,
 * and what puts a plain image's axes in another order takes them out of the blocks at once. Run after differentiation:
 * nodes that only carried a gradient given by hand are gone afterwards.
 */
export function fuseBlocked(tensors: readonly Tensor[], block: number): readonly Tensor[] {
  const bare = rewriteTensors(tensors, (node, [input]) =>
    node.customGradient === undefined || input === undefined ? undefined : [input],
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
    if (node.op === "Transpose" && first?.op === "ReorderOutput") {
      const x = inputs[0]?.node.inputs[0] as Tensor;
      // Blocks may hold more channels than are taken out of them.
      const ordered = x.shape[1] === inputs[0]?.shape[1] ? orderedAtOnce(x, node.attributes.perm, block) : undefined;
      return ordered && [ordered];
    }
    const shifted = shiftedInBlocks(node, inputs[0], block);
    if (shifted !== undefined) return [shifted];
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

/** A tensor in blocks with its axes in another order, where that is less work than both reorderings. */
function orderedAtOnce(x: Tensor, order: Node["attributes"][string] | undefined, block: number): Tensor | undefined {
  const [batch, channels, height, width] = staticShape(x.shape, 4);
  const groups = channels / block;
  switch (String(order)) {
    case "0,2,3,1": {
      const last = int64s([batch, height, width, channels]);
      if (groups === 1) return reshape(x, last);
      return reshape(transpose(reshape(x, int64s([batch, groups, height, width, block])), [0, 2, 3, 1, 4]), last);
    }
    case "1,0,2,3":
      if (groups > 1) return undefined;
      return reshape(
        transpose(reshape(x, int64s([batch * height * width, channels])), [1, 0]),
        int64s([channels, batch, height, width]),
      );
    default:
      return undefined;
  }
}
