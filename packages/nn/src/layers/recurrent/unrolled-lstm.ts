// A step of long short-term memory for training, with its gradient written by hand.
import type { Tensor } from "../../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../../tensor/elementwise.ts";
import { gemm } from "../../tensor/matrices.ts";
import { concat, transpose } from "../../tensor/shaping.ts";
import type { UnrolledCell, UnrolledWeights } from "./unrolled-cell.ts";
import { blocks, column, less, sumOf } from "./unrolled-cell.ts";

type Four = readonly [Tensor, Tensor, Tensor, Tensor];
type Made = Readonly<Record<"read" | "i" | "f" | "o" | "g" | "bent" | "before", Tensor>>;

export function unrolledLstm({ weight, bias, hiddenWeight }: UnrolledWeights): UnrolledCell {
  // A product a gate, each with its own activation: cut out of one product, the gates would be copied.
  const [toI, toF, toO, toG] = blocks(concat([transpose(weight), transpose(hiddenWeight)], 1), 4) as Four;
  const [offsetI, offsetF, offsetO, offsetG] = blocks(column(bias), 4) as Four;
  return {
    states: 2,
    forward(x, states) {
      const [hBefore, before] = states as readonly [Tensor, Tensor];
      const read = concat([x, hBefore], 0);
      const i = sigmoid(gemm(toI, read, offsetI));
      const f = sigmoid(gemm(toF, read, offsetF));
      const o = sigmoid(gemm(toO, read, offsetO));
      const g = tanh(gemm(toG, read, offsetG));
      const c = add(mul(f, before), mul(i, g));
      const bent = tanh(c);
      return { after: [mul(o, bent), c], made: { read, i, f, o, g, bent, before } satisfies Made };
    },
    // Everything is taken from the gates and the cell states: a further tensor of the forward pass would have to come
    // from outside the cache, which costs more than an operator.
    backward(made, [dh, dc]) {
      const { read, i, f, o, g, bent, before } = made as Made;
      const toH = mul(dh, o);
      const toO = mul(toH, bent);
      const toC = sumOf(dc, sub(toH, mul(toO, bent))) as Tensor;
      const carried = mul(toC, f);
      const toF = mul(carried, before);
      const toG = mul(toC, i);
      const toI = mul(toG, g);
      const gates = concat([less(toI, i), less(toF, f), less(toO, o), sub(toG, mul(toI, g))], 0);
      return { products: [{ gates, read }], carried: [undefined, carried] };
    },
  };
}
