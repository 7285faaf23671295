// A step of Elman's network for training, with its gradient written by hand.
import type { Tensor } from "../../graph/node.ts";
import { mul, sub, tanh } from "../../tensor/elementwise.ts";
import { gemm } from "../../tensor/matrices.ts";
import { concat, transpose } from "../../tensor/shaping.ts";
import type { UnrolledCell, UnrolledWeights } from "./unrolled-cell.ts";
import { column } from "./unrolled-cell.ts";

export function unrolledRnn({ weight, bias, hiddenWeight }: UnrolledWeights): UnrolledCell {
  const turned = concat([transpose(weight), transpose(hiddenWeight)], 1);
  const offset = column(bias);
  return {
    states: 1,
    forward(x, [hBefore]) {
      const read = concat([x, hBefore as Tensor], 0);
      const h = tanh(gemm(turned, read, offset));
      return { after: [h], made: { read, h } };
    },
    backward({ read, h }, [dh]) {
      const gates = mul(dh, sub(1, mul(h as Tensor, h as Tensor)));
      return { products: [{ gates, read: read as Tensor }], carried: [undefined] };
    },
  };
}
