// A pass: RNN, GRU and LSTM operators of a read network, written out for training.
import { topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { constantNumbers } from "../graph/node.ts";
import type { RecurrentOperator } from "../graph/recurrent.ts";
import { hasUsualActivations, isRecurrent, unrolledOperator, unwritten } from "../graph/recurrent.ts";
import { rewriteTensors } from "../graph/rewrite.ts";
import type { CellName } from "../layers/recurrent/cells.ts";
import { cells } from "../layers/recurrent/cells.ts";
import { unrolled } from "../layers/recurrent/unrolled.ts";
import { add } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { concat, reshape, slice, split, transpose, unsqueeze } from "../tensor/shaping.ts";

/**
 * The same values, with the recurrent operators that depend on a tensor of `trained` written out, so that their
 * gradient uses what the forward steps computed. The plain ones get the gradients written by hand that the layers have.
 */
export function expandRecurrent(tensors: readonly Tensor[], trained: readonly Tensor[]): readonly Tensor[] {
  const order = topological(tensors);
  const active = new Set<Node>(trained.map(({ node }) => node));
  const read = new Map<Node, Set<number>>();
  for (const node of order) {
    for (const tensor of node.inputs) {
      if (tensor === undefined) continue;
      if (active.has(tensor.node)) active.add(node);
      read.set(tensor.node, (read.get(tensor.node) ?? new Set()).add(tensor.index));
    }
  }
  for (const { node, index } of tensors) read.set(node, (read.get(node) ?? new Set()).add(index));
  return rewriteTensors(tensors, (node, inputs) => {
    if (!isRecurrent(node.op) || !active.has(node)) return undefined;
    const operator = { op: node.op, attributes: node.attributes, inputs };
    if (unwritten(operator) !== undefined) return undefined;
    const outputs = read.get(node) ?? new Set();
    return isPlain(operator, outputs) ? plain(operator, !outputs.has(0)) : unrolledOperator(operator);
  });
}

/** Whether the layers' own form computes it: full lengths, states that start at zero, the cell state not read. */
function isPlain(operator: RecurrentOperator, read: ReadonlySet<number>): boolean {
  const { op, inputs, attributes } = operator;
  const zero = [inputs[5], inputs[6]].every((state) => state === undefined || isZero(state));
  const reset = op !== "GRU" || attributes.linear_before_reset === 1;
  return inputs[4] === undefined && zero && reset && !read.has(2) && hasUsualActivations(operator);
}

const shapeOnly: ReadonlySet<string> = new Set([
  "Cast",
  "Expand",
  "Gather",
  "Identity",
  "Reshape",
  "Slice",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

function isZero(tensor: Tensor): boolean {
  const { op, inputs } = tensor.node;
  if (shapeOnly.has(op)) return isZero(inputs[0] as Tensor);
  return constantNumbers(tensor)?.every((value) => value === 0) ?? false;
}

/** Outputs of all steps [time, directions, batch, hidden], and the last states [directions, batch, hidden]. */
function plain({ op, attributes, inputs }: RecurrentOperator, onlyLast: boolean): readonly Tensor[] {
  const [x, weight, hiddenWeight, bias] = inputs as readonly [Tensor, Tensor, Tensor, Tensor?];
  const cell = names.find((name) => cells[name].operator === op) as CellName;
  const order = cells[cell].operatorOrder;
  const [time, batch] = x.shape as readonly [number, number];
  const hidden = hiddenWeight.shape[2] as number;
  const rows = reshape(transpose(x, [0, 2, 1]), [-1, batch]);
  const directions = [...Array(weight.shape[0]).keys()];
  const outputs = directions.map((d) => {
    const own = (stack: Tensor): readonly Tensor[] => {
      const blocks = new Array<number>(Number(stack.shape[1]) / hidden).fill(hidden);
      return split(reshape(slice(stack, d, d + 1, 0), stack.shape.slice(1)), blocks, 0);
    };
    /** Blocks of rows in the layers' order, from the block `at` on. */
    const sorted = (blocks: readonly Tensor[], at = 0): Tensor =>
      concat(
        order.map((i) => blocks[at + i] as Tensor),
        0,
      );
    const zeros = order.map(() => constant({ data: new Float32Array(hidden), shape: [hidden] }, x.dtype));
    const biases = bias === undefined ? [...zeros, ...zeros] : own(bias);
    const [inputBias, ownBias] = [sorted(biases), sorted(biases, order.length)];
    return unrolled(cell, {
      x: rows,
      live: undefined,
      weight: transpose(sorted(own(weight))),
      hiddenWeight: transpose(sorted(own(hiddenWeight))),
      bias: cell === "gru" ? inputBias : add(inputBias, ownBias),
      hiddenBias: cell === "gru" ? ownBias : undefined,
      time,
      batch,
      hidden,
      reverse: isReverse(attributes, d),
      last: onlyLast,
    });
  });
  if (onlyLast) {
    const last = concat(
      outputs.map((output) => unsqueeze(transpose(output), 0)),
      0,
    );
    return [last, last];
  }
  const byStep = outputs.map((output) => transpose(reshape(output, [time, 1, hidden, batch]), [0, 1, 3, 2]));
  const ends = byStep.map((output, d) => {
    const end = isReverse(attributes, d) ? 0 : time - 1;
    return reshape(slice(output, end, end + 1, 0), [1, batch, hidden]);
  });
  return [concat(byStep, 1), concat(ends, 0)];
}

const names = Object.keys(cells) as readonly CellName[];
const isReverse = ({ direction }: RecurrentOperator["attributes"], d: number): boolean =>
  d === 1 || direction === "reverse";
