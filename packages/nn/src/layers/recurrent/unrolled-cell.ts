// What one step of an unrolled recurrent layer makes, and its gradient, as the loop over the steps asks for them.
// Tensors are [features, batch]: of a product's two sides ONNX Runtime lays out the right one anew each time, which so
// is the small one, and a gate's part of a product is a block of rows.
import type { Tensor } from "../../graph/node.ts";
import { add, mul, sub } from "../../tensor/elementwise.ts";
import { split, unsqueeze } from "../../tensor/shaping.ts";

export interface UnrolledWeights {
  /** [features, gates × hidden], [gates × hidden], [hidden, gates × hidden], and gru's [gates × hidden]. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly hiddenWeight: Tensor;
  readonly hiddenBias: Tensor | undefined;
}

/** The gradients of a product's result and what the weights were multiplied with: weights' gradients are read gatesᵀ. */
export interface Product {
  readonly gates: Tensor;
  readonly read: Tensor;
}

export type Values = Readonly<Record<string, Tensor>>;

/** One step. States are [hidden, batch], the hidden state first. */
export interface UnrolledCell {
  readonly states: number;
  /** The states after a step, and what its gradient reads, by name. */
  readonly forward: (
    x: Tensor,
    before: readonly Tensor[],
  ) => { readonly after: readonly Tensor[]; readonly made: Values };
  /**
   * From the gradients of the states after the step (undefined where there is none yet): the products with the weights,
   * either one with inputs and hidden states in one stack or one with each, and what goes to the states before the step
   * other than through the product with the hidden state.
   */
  readonly backward: (
    made: Values,
    grads: readonly [Tensor, ...(Tensor | undefined)[]],
  ) => { readonly products: readonly Product[]; readonly carried: readonly (Tensor | undefined)[] };
}

/** `count` equal blocks of rows. */
export function blocks(tensor: Tensor, count: number): readonly Tensor[] {
  if (count === 1) return [tensor];
  return split(tensor, new Array<number>(count).fill((tensor.shape[0] as number) / count), 0);
}

/** A vector as a column, to be added to every column of a product. */
export const column = (vector: Tensor): Tensor => unsqueeze(vector, 1);

/** x (1 - y) without the difference, which would be one more tensor. */
export const less = (x: Tensor, y: Tensor): Tensor => sub(x, mul(x, y));

/** The sum of those that are there. */
export function sumOf(...terms: readonly (Tensor | undefined)[]): Tensor | undefined {
  return terms.reduce((sum, term) => (sum === undefined || term === undefined ? (sum ?? term) : add(sum, term)));
}
