// A pass: a convolution whose result is only max-pooled in tiles computes the elements of a tile as channels.
import { numbersToData } from "../dtype.ts";
import { apply } from "../graph/apply.ts";
import { topological } from "../graph/build.ts";
import type { Node, Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import { add, int64s, like, matMul, reshape, transpose } from "../graph/operators.ts";
import { rewriteTensors } from "../graph/rewrite.ts";
import type { Window } from "../graph/window.ts";
import { isCeil, tiles, windowOf } from "../graph/window.ts";
import { entryOf, isStatic, sizeOf, staticShape } from "../shape.ts";
import { usesOf } from "./uses.ts";

/** A convolution and the pool behind it, as far as the choice needs to know them. */
export interface PooledConvolution {
  readonly batch: number;
  readonly into: number;
  readonly out: number;
  readonly kernel: readonly number[];
  /** Side of the square tile. */
  readonly tile: number;
  /** Pooled places of one image. */
  readonly places: number;
}

/**
 * Rewrites MaxPool(Conv(x)) with tiles of side t. The input is cut into blocks of side t (SpaceToDepth), and one
 * smaller convolution computes the t² elements of each tile as t² groups of channels, from the kernel shifted by each
 * of t² offsets. The pool is then a maximum over the groups, with all else contiguous, and so is its gradient; a
 * product that lays out windows lays out t² times fewer. It multiplies by more zeros: `worth` decides. Values are
 * those of the convolution up to the order of additions; equal maxima keep their order.
 */
export function phasePooling(
  tensors: readonly Tensor[],
  worth: (found: PooledConvolution) => boolean,
): readonly Tensor[] {
  const uses = usesOf(topological(tensors), tensors);
  const convolutionOf = (node: Node): Node | undefined => {
    const before = node.op === "MaxPool" && node.outputs.length === 1 ? node.inputs[0]?.node : undefined;
    return before?.op === "Conv" && uses.get(before) === 1 ? before : undefined;
  };
  return rewriteTensors(tensors, (node, [pooled]) => {
    if (convolutionOf(node) === undefined || pooled?.node.op !== "Conv") return undefined;
    const [x, weight, bias] = pooled.node.inputs as readonly [Tensor, Tensor, Tensor?];
    const found = partsOf(node, pooled.node);
    return found !== undefined && worth(found.shape) ? [phased(x, weight, bias, found)] : undefined;
  });
}

/**
 * Whether the multiplications by zeros, which grow with the channels, cost less than what the pool saves. Measured on
 * LeNet (5×5 kernels): with 3 channels a whole step takes 0.8 of the time, with 6 channels 1.15.
 */
export function phasesPay({ into, tile }: PooledConvolution): boolean {
  return tile === 2 && into <= 4;
}

interface Parts {
  readonly shape: PooledConvolution;
  readonly window: Window;
  /** Sizes of the pooled image, and of the convolution over blocks' kernel. */
  readonly output: readonly number[];
  readonly blocks: readonly number[];
}

function partsOf(pool: Node, convolution: Node): Parts | undefined {
  const [x, weight] = convolution.inputs as readonly [Tensor, Tensor];
  const pooled = pool.outputs[0]?.shape ?? [];
  if (x.dtype !== "float32" || x.shape.length !== 4 || !isStatic(x.shape) || !isStatic(pooled)) return undefined;
  const [out, into, ...kernel] = staticShape(weight.shape, 2);
  const window = windowOf("Conv", convolution.attributes, 2, kernel);
  const tile = windowOf("MaxPool", pool.attributes, 2);
  const side = tile.kernel[0] ?? 1;
  const plain =
    [...window.strides, ...window.dilations].every((value) => value === 1) &&
    (convolution.attributes.group ?? 1) === 1 &&
    tiles(tile) &&
    tile.kernel[1] === side &&
    side > 1 &&
    !isCeil(pool.attributes);
  if (!plain) return undefined;
  const output = pooled.slice(2);
  const blocks = kernel.map((size) => Math.ceil((size + side - 1) / side));
  return {
    shape: { batch: x.shape[0] ?? 1, into, out, kernel, tile: side, places: sizeOf(output) },
    window,
    output,
    blocks,
  };
}

function phased(x: Tensor, weight: Tensor, bias: Tensor | undefined, { shape, window, output, blocks }: Parts): Tensor {
  const { batch, out, tile, places } = shape;
  const phases = tile * tile;
  const sizes = output.map((size, i) => tile * (size - 1 + entryOf(blocks, i)));
  const { before } = window;
  const after = sizes.map((size, i) => size - Number(x.shape[i + 2]) - entryOf(before, i));
  const amounts = [0, 0, ...before, 0, 0, ...after];
  const exact = amounts.every((amount) => amount === 0) ? x : apply("Pad", [x, int64s(amounts), like(0, x)]);
  const cut = apply("SpaceToDepth", [exact], { blocksize: tile });
  // Sizes of 1 are written out: onnxruntime-web's WebGPU kernel does not take them as given.
  const plain = { dilations: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] };
  const all = apply("Conv", [cut, shiftedKernels(weight, shape, blocks)], plain);
  const grouped = reshape(all, int64s([batch, 1, phases, out * places]));
  const best = apply("MaxPool", [grouped], { kernel_shape: [phases, 1], strides: [phases, 1] });
  const image = reshape(best, int64s([batch, out, ...output]));
  return bias === undefined ? image : add(image, reshape(bias, int64s([out, 1, 1])));
}

/** [out, in, …kernel] → [phases · out, blocks · in, …]: the kernel shifted by each offset, cut into blocks. */
function shiftedKernels(
  weight: Tensor,
  { into, out, kernel, tile }: PooledConvolution,
  blocks: readonly number[],
): Tensor {
  const phases = tile * tile;
  const [rows = 1, columns = 1] = kernel;
  const [down = 1, along = 1] = blocks;
  const width = phases * down * along;
  const places = new Array<number>(phases * rows * columns * width).fill(0);
  for (let phase = 0; phase < phases; phase++) {
    for (let column = 0; column < width; column++) {
      const block = Math.floor(column / (down * along));
      const [u, v] = [Math.floor(column / along) % down, column % along];
      const row = tile * u + Math.floor(block / tile) - Math.floor(phase / tile);
      const place = tile * v + (block % tile) - (phase % tile);
      const inside = row >= 0 && row < rows && place >= 0 && place < columns;
      if (inside) places[((phase * rows + row) * columns + place) * width + column] = 1;
    }
  }
  const spread = constantNode(numbersToData(places, [phases, rows * columns, width], weight.dtype));
  const shifted = matMul(reshape(weight, int64s([1, out * into, rows * columns])), spread);
  // Blocks before channels, as SpaceToDepth gives them.
  const ordered = transpose(reshape(shifted, int64s([phases * out, into, phases, down * along])), [0, 2, 1, 3]);
  return reshape(ordered, int64s([phases * out, phases * into, down, along]));
}
