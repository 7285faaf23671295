// Gradients of an unrolled layer's weights and inputs from those of its gates at every step. They are summed over
// groups of steps: one product of all steps at once would write and read again, outside the cache, what every step left.
import type { Tensor } from "../graph/node.ts";
import { gemm, reduceSum } from "../tensor/matrices.ts";
import { reshape, split, transpose } from "../tensor/shaping.ts";
import type { Steps, Unrolled } from "./unrolled-steps.ts";
import { joined, sumOf } from "./unrolled-steps.ts";

/** Numbers in the stack of one group: half a megabyte, so that it and what is multiplied with it stay cached. */
const stackSize = 2 ** 17;
/** Fewer columns in a stack would make adding to the sum so far cost more than the product. */
const leastColumns = 256;

/** Numbers of the steps of each group, ascending; the groups stand in the order of the backward pass. */
export type Groups = readonly (readonly number[])[];

/** Groups of steps whose gates' gradients have `rows` rows. */
export function groupsOf({ backwards }: Steps, rows: number, batch: number): Groups {
  const size = Math.ceil(Math.max(leastColumns / batch, stackSize / (rows * batch)));
  const groups: number[][] = [];
  for (let from = 0; from < backwards.length; from += size) {
    groups.push(backwards.slice(from, from + size).sort((a, b) => a - b));
  }
  return groups;
}

/** The tensors [rows, batch] of each group's steps side by side, [rows, steps × batch]. */
export function stacks(groups: Groups, list: readonly Tensor[]): readonly Tensor[] {
  return groups.map((group) =>
    joined(
      group.map((t) => list[t] as Tensor),
      1,
    ),
  );
}

/** Σ b aᵀ over stacks `a` and `b`: [rows of b, rows of a]. */
export function productOf(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  // The gates stand left, where ONNX Runtime reads them in place, and the result is turned: the faster way round.
  const turned = a.reduce<Tensor | undefined>(
    (sum, stack, i) => gemm(stack, b[i] as Tensor, sum, { transB: true }),
    undefined,
  );
  return transpose(turned as Tensor);
}

/** The sums over all columns of stacks. */
export function columnsOf(stacked: readonly Tensor[]): Tensor {
  return sumOf(...stacked.map((stack) => reduceSum(stack, 1))) as Tensor;
}

/** Gradients of the weights of products with inputs and hidden states that stand one above the other. */
export function weightSlopes(
  gates: readonly Tensor[],
  read: readonly Tensor[],
  { weight, hidden }: Unrolled,
): Readonly<Record<"weight" | "bias" | "hiddenWeight", Tensor>> {
  const both = productOf(gates, read);
  const [ofInputs, ofStates] = split(both, [weight.shape[0] as number, hidden], 0) as [Tensor, Tensor];
  return { weight: ofInputs, bias: columnsOf(gates), hiddenWeight: ofStates };
}

/** The gradient of the inputs, [time × features, batch], from the gates' that `weight` led to. */
export function inputSlope(weight: Tensor, gates: readonly Tensor[], groups: Groups, run: Unrolled): Tensor {
  const { time, batch } = run;
  const features = weight.shape[0] as number;
  const first = (i: number): number => groups[i]?.[0] ?? 0;
  const inTime = [...groups.keys()].sort((a, b) => first(a) - first(b));
  const all = joined(
    inTime.map((i) => gemm(weight, gates[i] as Tensor)),
    1,
  );
  return reshape(transpose(reshape(all, [features, time, batch]), [1, 0, 2]), [time * features, batch]);
}
