// Some steps of an unrolled recurrent layer one after the other, forwards and backwards.
import type { Tensor } from "../../graph/node.ts";
import { where } from "../../tensor/elementwise.ts";
import { gemm } from "../../tensor/matrices.ts";
import { reduceSum } from "../../tensor/reductions.ts";
import { concat, reshape, transpose } from "../../tensor/shaping.ts";
import type { Product, UnrolledCell, Values } from "./unrolled-cell.ts";
import { blocks, sumOf } from "./unrolled-cell.ts";

export function joined(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? (parts[0] as Tensor) : concat(parts, axis);
}

/** Steps that follow each other in time. */
export interface Block {
  readonly count: number;
  /** From the last to the first. */
  readonly reverse: boolean;
  /** bool [count, batch]: where a step is real. The others keep the states, and give zeros. */
  readonly live: Tensor | undefined;
}

interface Forwards {
  /** The states after the block. */
  readonly states: readonly Tensor[];
  /** What the steps' gradients read, in the order of time. */
  readonly made: readonly Values[];
  /** The steps' outputs, [count × hidden, batch]. */
  readonly outputs: Tensor;
}

/** Takes the steps of `x` [count × features, batch] from the states before them. */
export function blockForward(cell: UnrolledCell, block: Block, x: Tensor, before: readonly Tensor[]): Forwards {
  const inputs = blocks(x, block.count);
  const live = liveOf(block);
  const made: Values[] = [];
  const outputs: Tensor[] = [];
  let states = before;
  for (const t of orderOf(block)) {
    const step = cell.forward(inputs[t] as Tensor, states);
    const isLive = live[t];
    made[t] = step.made;
    outputs[t] = isLive === undefined ? (step.after[0] as Tensor) : where(isLive, step.after[0] as Tensor, 0);
    states = step.after.map((after, i) => (isLive === undefined ? after : where(isLive, after, states[i] as Tensor)));
  }
  return { states, made, outputs: joined(outputs, 0) };
}

/** Gradients of the states, and the weights' as far as they are summed: for each product, of its gates by what was read. */
export interface StateGradients {
  readonly states: readonly (Tensor | undefined)[];
  /** [gates × hidden, rows of what was read] and [gates × hidden] of each product, one after the other. */
  readonly sums: readonly Tensor[];
}

interface Backwards extends StateGradients {
  /** The gradient of the block's inputs, [count × features, batch]. */
  readonly x: Tensor;
}

/**
 * Goes back through the steps, from the gradients after the block and those of its outputs ([count × hidden, batch], or
 * none). The weights' gradients are taken for all its steps by one product: they stay in the cache until then.
 */
export function blockBackward(
  cell: UnrolledCell,
  block: Block,
  made: readonly Values[],
  { weight, hiddenWeight }: Readonly<Record<"weight" | "hiddenWeight", Tensor>>,
  outputs: Tensor | undefined,
  after: StateGradients,
): Backwards {
  const live = liveOf(block);
  const given = outputs === undefined ? [] : blocks(outputs, block.count);
  const outer = (t: number | undefined): Tensor | undefined => {
    const own = t === undefined ? undefined : given[t];
    const isLive = live[t ?? -1];
    return own === undefined || isLive === undefined ? own : where(isLive, own, 0);
  };
  const products: (readonly Product[])[] = [];
  const order = [...orderOf(block)].reverse();
  let states = after.states.map((grad, i) => (i === 0 ? sumOf(grad, outer(order[0])) : grad));
  for (const [k, t] of order.entries()) {
    const isLive = live[t];
    /** Of the states' gradients, what goes into the step and what goes past it. */
    const into = states.map((grad) => grad && (isLive === undefined ? grad : where(isLive, grad, 0)));
    const past = states.map((grad) => grad && (isLive === undefined ? undefined : where(isLive, 0, grad)));
    const step = cell.backward(made[t] as Values, into as [Tensor, ...(Tensor | undefined)[]]);
    products[t] = step.products;
    const through = (step.products[step.products.length - 1] as Product).gates;
    states = step.carried.map((carried, i) =>
      i === 0 ? gemm(hiddenWeight, through, sumOf(carried, past[0], outer(order[k + 1]))) : sumOf(carried, past[i]),
    );
  }
  const stack = (i: number, side: keyof Product): Tensor =>
    joined(
      products.map((step) => step[i]?.[side] as Tensor),
      1,
    );
  const stacks = (products[0] ?? []).map((_, i) => ({ gates: stack(i, "gates"), read: stack(i, "read") }));
  // The gates stand left, where ONNX Runtime reads them in place; turned once at the end: the faster way round.
  const sums = stacks.flatMap(({ gates, read }, i) => [
    gemm(gates, read, after.sums[2 * i], { transB: true }),
    sumOf(after.sums[2 * i + 1], reduceSum(gates, 1)) as Tensor,
  ]);
  const features = weight.shape[0] as number;
  const columns = gemm(weight, stacks[0]?.gates as Tensor);
  const byStep = transpose(reshape(columns, [features, block.count, -1]), [1, 0, 2]);
  return { states, sums, x: reshape(byStep, [block.count * features, -1]) };
}

function orderOf({ count, reverse }: Block): readonly number[] {
  return Array.from({ length: count }, (_, i) => (reverse ? count - 1 - i : i));
}

/** bool [1, batch] of each step, or none. */
function liveOf({ live, count }: Block): readonly Tensor[] {
  return live === undefined ? [] : blocks(live, count);
}
