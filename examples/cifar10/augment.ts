// Random flips, shifts and cut-outs as a layer: in the training graph only, the deployed model does not have it.
import type { Context, Layer, Tensor, TensorData } from "@lepta/nn";
import { add, cast, constant, floor, gather, layer, matMul, mul, reshape, sub } from "@lepta/nn";

export interface AugmentOptions {
  /** Side of the pictures in pixels. */
  readonly side: number;
  /** The farthest shift in pixels, in each direction (default 4). */
  readonly shift?: number;
  /** Side of the square that is set to 0 (default 8; 0 for none). */
  readonly cut?: number;
}

/**
 * Pictures [batch, channels, side, side] → the same, each mirrored at random, shifted (zeros come in) and with a square
 * set to 0 (DeVries and Taylor 2017). A shifted picture is A X B: A chooses rows and B columns, each one of a table of
 * shifted unit matrices.
 */
export function augment({ side, shift = 4, cut = 8 }: AugmentOptions): Layer {
  const shifts = 2 * shift + 1;
  const rows = unitMatrices(side, shift, false);
  const columns = { data: new Float32Array(2 * rows.data.length), shape: [2 * shifts, side, side] };
  columns.data.set(unitMatrices(side, shift, true).data);
  columns.data.set(unitMatrices(side, shift, false, true).data, rows.data.length);
  const kept = stripes(side, cut);
  return layer({
    name: "augment",
    init: () => ({}),
    apply(_, x, context) {
      if (!context.training) return x;
      const batch = x.shape[0] as number;
      const chosen = (table: TensorData, shape: readonly number[]): Tensor =>
        reshape(gather(constant(table), randomIndex(context, batch, table.shape[0] as number)), [batch, ...shape]);
      const moved = matMul(matMul(chosen(rows, [1, side, side]), x), chosen(columns, [1, side, side]));
      if (cut === 0) return moved;
      const square = mul(chosen(kept, [1, side, 1]), chosen(kept, [1, 1, side]));
      return mul(moved, sub(1, square));
    },
  });
}

/** Whole numbers from 0 to below `count`, int64 [batch]. */
function randomIndex(context: Context, batch: number, count: number): Tensor {
  const unit = add(mul(cast(context.randomBits([batch]), "float32"), 2 ** -32 * (1 - 2 ** -20)), 0.5);
  return cast(floor(mul(unit, count)), "int64");
}

/** For each shift from -most to most the matrix M with M[i, i - shift] = 1; transposed, or also mirrored, for columns. */
function unitMatrices(side: number, most: number, transposed: boolean, mirrored = false) {
  const shifts = 2 * most + 1;
  const data = new Float32Array(shifts * side * side);
  for (let k = 0; k < shifts; k++) {
    for (let i = 0; i < side; i++) {
      const from = i - (k - most);
      if (from < 0 || from >= side) continue;
      const source = mirrored ? side - 1 - from : from;
      data[k * side * side + (transposed || mirrored ? source * side + i : i * side + source)] = 1;
    }
  }
  return { data, shape: [shifts, side, side] };
}

/** Rows of `side` numbers with `width` ones, at every place, those half outside too. */
function stripes(side: number, width: number) {
  const data = new Float32Array(side * side);
  const half = Math.floor(width / 2);
  for (let k = 0; k < side; k++) {
    for (let i = Math.max(0, k - half); i < Math.min(side, k - half + width); i++) data[k * side + i] = 1;
  }
  return { data, shape: [side, side] };
}
