// A step of gated recurrent units for training, with its gradient written by hand.
import type { Tensor } from "../../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../../tensor/elementwise.ts";
import { gemm } from "../../tensor/matrices.ts";
import { concat, transpose } from "../../tensor/shaping.ts";
import type { UnrolledCell, UnrolledWeights } from "./unrolled-cell.ts";
import { blocks, column, less } from "./unrolled-cell.ts";

type Three = readonly [Tensor, Tensor, Tensor];
type Made = Readonly<Record<"x" | "before" | "r" | "z" | "own" | "n", Tensor>>;

export function unrolledGru({ weight, bias, hiddenWeight, ...rest }: UnrolledWeights): UnrolledCell {
  const hiddenBias = rest.hiddenBias as Tensor;
  const [inputR, inputZ, inputN] = blocks(transpose(weight), 3) as Three;
  const [stateR, stateZ, stateN] = blocks(transpose(hiddenWeight), 3) as Three;
  const [toR, toZ] = [concat([inputR, stateR], 1), concat([inputZ, stateZ], 1)];
  const [offsetR, offsetZ] = blocks(column(add(bias, hiddenBias)), 3) as Three;
  const [, , offsetN] = blocks(column(bias), 3) as Three;
  const [, , offsetOwn] = blocks(column(hiddenBias), 3) as Three;
  return {
    states: 1,
    forward(x, states) {
      const [before] = states as readonly [Tensor];
      const read = concat([x, before], 0);
      const r = sigmoid(gemm(toR, read, offsetR));
      const z = sigmoid(gemm(toZ, read, offsetZ));
      const own = gemm(stateN, before, offsetOwn);
      const n = tanh(gemm(inputN, x, add(mul(r, own), offsetN)));
      return { after: [add(n, mul(z, sub(before, n)))], made: { x, before, r, z, own, n } satisfies Made };
    },
    backward(made, [dh]) {
      const { x, before, r, z, own, n } = made as Made;
      const carried = mul(dh, z);
      const toN = sub(dh, carried);
      const dN = sub(toN, mul(mul(toN, n), n));
      const dOwn = mul(dN, r);
      const dR = less(mul(dOwn, own), r);
      const dZ = less(mul(carried, sub(before, n)), z);
      // The products with the inputs and with the states differ in the candidate's block.
      const products = [
        { gates: concat([dR, dZ, dN], 0), read: x },
        { gates: concat([dR, dZ, dOwn], 0), read: before },
      ];
      return { products, carried: [carried] };
    },
  };
}
