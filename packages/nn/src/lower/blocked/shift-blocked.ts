// Columns of an image in one block of channels shifted by a convolution, which several threads share.
import { numbersToData } from "../../dtype.ts";
import { apply } from "../../graph/apply.ts";
import type { Node, Tensor } from "../../graph/node.ts";
import { constantNode, constantNumbers } from "../../graph/node.ts";
import { int64s, reshape } from "../../graph/operators.ts";

/**
 * What takes the place of a Pad over [batch · height, width · channels] that drops columns on one side of an image in
 * blocks and adds as many zeros on the other; undefined where the node is no such Pad. `flat` is its rewritten input.
 */
export function shiftedInBlocks(
  { op, inputs, outputs }: Node,
  flat: Tensor | undefined,
  block: number,
): Tensor | undefined {
  const ordered = inputs[0]?.node.inputs[0]?.node;
  const isBlocked =
    op === "Pad" &&
    inputs[0]?.node.op === "Reshape" &&
    ordered?.op === "Transpose" &&
    String(ordered.attributes.perm) === "0,2,3,1" &&
    ordered.inputs[0]?.node.op === "ReorderOutput";
  const x = flat?.node.inputs[0]?.node.inputs[0];
  const [rows = 0, before = 0, rowsAfter = 0, after = 0] = constantNumbers(inputs[1]) ?? [];
  if (!isBlocked || x?.shape.length !== 4 || x.shape[1] !== block) return undefined;
  const steps = before / block;
  if (rows !== 0 || rowsAfter !== 0 || after !== -before || Math.abs(steps) !== 1) return undefined;
  // Two taps, of which one is 1: the column before, or the one behind.
  const taps = steps > 0 ? [1, 0] : [0, 1];
  const weight = taps.flatMap((tap) => new Array<number>(block).fill(tap));
  const y = apply("BlockedConv", [x, constantNode(numbersToData(weight, [block, 1, 1, 2], "float32"))], {
    group: block,
    kernel_shape: [1, 2],
    pads: steps > 0 ? [0, 1, 0, 0] : [0, 0, 0, 1],
  });
  return reshape(y, int64s(outputs[0]?.shape as readonly number[]));
}
