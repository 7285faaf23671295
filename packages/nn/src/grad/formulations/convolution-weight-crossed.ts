// The gradient of a convolution's weight as products whose two sides lie in memory as the products read them.
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { transpose } from "../../graph/operators.ts";
import { sizeOf, staticShape } from "../../shape.ts";
import type { Formulation, Workload } from "./formulation.ts";
import { channelsFirst, concat, cut, pad, range, shaped, sizesOf } from "./window-tensors.ts";

/** Numbers that a product computes at once: with fewer columns it leaves lanes idle. */
const lanes = 16;

/**
 * The gradient has its channels first, and its rows are shifted; the input has its channels last, and its columns are
 * shifted. One product for each shift of the columns, with all shifts of the rows stacked. What is shifted out is
 * dropped, and zeros take its place. With strides, the input's elements of one tile count as channels of one place,
 * so that strides become 1 and the kernel smaller; taps that it does not have are cut off the result.
 */
export const crossedShift: Formulation = {
  name: "crossed-shift",
  valid(workload) {
    const { window, groups } = workload;
    // A kernel of one tap shifts nothing: its product needs no order of its own.
    if (groups !== 1 || window.kernel.length !== 2 || sizeOf(window.kernel) === 1) return false;
    return sizesOf(workload).into >= lanes && axesOf(workload).every((axis) => axis !== undefined);
  },
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { batch, into, out, output, kernel } = sizesOf(workload);
    const [down, along] = axesOf(workload) as readonly [Axis, Axis];
    const inTile = down.stride * along.stride * into;
    const length = batch * down.count * (output[1] ?? 1);
    const last = shaped(channelsLast(x, down, along), batch * down.count, along.count * inTile);
    const first = shaped(channelsFirst(g), out * batch, sizeOf(output));
    const left = concat(
      down.shifts.map((shift) => {
        const width = output[1] ?? 1;
        const after = down.count - (output[0] ?? 1) - shift;
        return shaped(pad(first, [shift * width], [after * width]), out, 1, length);
      }),
      1,
    );
    const rows = shaped(left, out * down.shifts.length, length);
    const products = along.shifts.map((shift) => {
      const after = (output[1] ?? 1) - along.count + shift;
      const right = shaped(pad(last, [-shift * inTile], [after * inTile]), length, inTile);
      return shaped(apply("Gemm", [rows, right]), out * down.shifts.length * down.stride, 1, along.stride * into);
    });
    // Stacked so that all taps of an output stand behind each other: one axis moves, which the runtime does fast.
    const sizes = [down, along].map(({ shifts, stride }) => shifts.length * stride);
    const taps = transpose(shaped(concat(products, 1), out, sizeOf(sizes), into), [0, 2, 1]);
    return cut(shaped(taps, out, into, ...sizes), 2, [down.first, along.first], kernel, [1, 1]);
  },
  work(workload) {
    const { batch, into, out, output } = sizesOf(workload);
    const [down, along] = axesOf(workload) as readonly [Axis, Axis];
    const [rows, columns] = [down.shifts.length, along.shifts.length];
    const inTile = down.stride * along.stride * into;
    const length = batch * down.count * (output[1] ?? 1);
    return {
      products: rows * columns * inTile * out * length,
      moved: length * (inTile * (columns + 1) + out * (2 * rows + 1)),
      operators: 3 * columns + rows + 6,
    };
  },
};

/** One axis: places are tiles of `stride` elements. */
interface Axis {
  readonly stride: number;
  /** Places of the input. */
  readonly count: number;
  /** How many places behind an output's own place the input that it meets lies. */
  readonly shifts: readonly number[];
  /** The kernel's first tap among those that shifts and elements of a tile give. */
  readonly first: number;
}

function axesOf(workload: Workload): readonly (Axis | undefined)[] {
  const { input, output, kernel } = sizesOf(workload);
  const { strides, dilations, before } = workload.window;
  return kernel.map((size, i): Axis | undefined => {
    const [stride = 1, dilation = 1, padding = 0] = [strides[i], dilations[i], before[i]];
    if (stride > 1 && (dilation > 1 || Number(input[i]) % stride !== 0)) return undefined;
    const count = Number(input[i]) / stride;
    const least = Math.floor(-padding / stride);
    const most = Math.floor((size - 1 - padding) / stride);
    const shifts = stride > 1 ? range(least, most - least + 1) : range(0, size).map((k) => k * dilation - padding);
    const first = stride > 1 ? -(stride * least + padding) : 0;
    // Of everything that is shifted something stays: the gradient's rows, the input's columns.
    const side = i === 0 ? Number(output[i]) : count;
    const stays = shifts.every((shift) => {
      const front = i === 0 ? shift : -shift;
      return front > -side && count + Number(output[i]) - 2 * side - front > -side;
    });
    return stays ? { stride, count, shifts, first } : undefined;
  });
}

/** [batch, channels, height, width] → [batch, places down, places along, elements of a tile, channels]. */
function channelsLast(x: Tensor, down: Axis, along: Axis): Tensor {
  const [batch, channels] = staticShape(x.shape, 2);
  const last = transpose(x, [0, 2, 3, 1]);
  if (down.stride === 1 && along.stride === 1) return last;
  return transpose(shaped(last, batch, down.count, down.stride, along.count, along.stride * channels), [0, 1, 3, 2, 4]);
}
