// The gradient of max pooling, written in several ways. Among equal maxima the first takes all. Tensors: x, y, gradient.
import { numbersToData } from "../../dtype.ts";
import { apply, applyAll } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { constantNode } from "../../graph/node.ts";
import { cast, expand, int64s, like, mul, reshape, sub, unsqueeze } from "../../graph/operators.ts";
import { tiles, windowAttributes } from "../../graph/window.ts";
import { entryOf, sizeOf, staticShape } from "../../shape.ts";
import type { Family, Formulation, Workload } from "./formulation.ts";

const sizesOf = ({ tensors: [x] }: Workload): readonly number[] => staticShape((x as Tensor).shape);

/** The positions of the maxima, and an addition at each. */
const indices: Formulation = {
  name: "indices",
  valid: () => true,
  write(workload) {
    const [x, , g] = workload.tensors as [Tensor, Tensor, Tensor];
    const shape = sizesOf(workload);
    const found = applyAll("MaxPool", [x], { ...windowAttributes(workload.window), ceil_mode: ceilOf(workload) }, 2);
    const flat = int64s([-1]);
    const zeros = expand(like(0, g), int64s([sizeOf(shape)]));
    const places = reshape(found[1] as Tensor, flat);
    const spread = apply("ScatterElements", [zeros, places, reshape(g, flat)], { axis: 0, reduction: "add" });
    return reshape(spread, int64s(shape));
  },
  work: (workload) => ({
    products: 0,
    moved: sizeOf(sizesOf(workload)) * (sizeOf(workload.window.kernel) + 2),
    operators: 6,
  }),
};

/** Windows that do not fill the last stride make ceil_mode visible in the output's size. */
function ceilOf({ tensors: [x, y], window }: Workload): number {
  const short = window.kernel.some((size, i) => {
    const room = Number((x as Tensor).shape[i + 2]) + entryOf(window.before, i) + entryOf(window.after, i);
    const reach = entryOf(window.dilations, i) * (size - 1) + 1;
    return Math.floor((room - reach) / entryOf(window.strides, i)) + 1 < Number((y as Tensor).shape[i + 2]);
  });
  return short ? 1 : 0;
}

/** The part of x that whole windows cover. */
function coveredSizes({ tensors: [, y], window }: Workload): readonly number[] {
  return window.kernel.map((size, i) => size * Number((y as Tensor).shape[i + 2]));
}

const wholeWindows = (workload: Workload): boolean => {
  const covered = coveredSizes(workload);
  return tiles(workload.window) && covered.every((size, i) => size <= entryOf(sizesOf(workload), i + 2));
};

function enlarge(y: Tensor, factors: readonly number[]): Tensor {
  const scales = constantNode(numbersToData([1, 1, ...factors], [factors.length + 2], "float32"));
  return apply("Resize", [y, undefined, scales], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
}

/** Compared with the enlarged maximum; of several hits in a window the one of the highest rank stays. */
const equal: Formulation = {
  name: "equal",
  valid: (workload) =>
    wholeWindows(workload) && workload.tensors[0]?.dtype === "float32" && workload.window.kernel.length === 2,
  write(workload) {
    const [x, y, g] = workload.tensors as [Tensor, Tensor, Tensor];
    const { kernel } = workload.window;
    const sizes = coveredSizes(workload);
    const whole = sizesOf(workload).slice(2);
    const spare = whole.map((size, i) => size - entryOf(sizes, i));
    const exact = spare.every((size) => size === 0);
    const axes = int64s([2, 3]);
    const inner = exact ? x : apply("Slice", [x, int64s([0, 0]), int64s(sizes), axes]);
    const [rows = 1, columns = 1] = kernel;
    const rank = (i: number): number => {
      const [row, column] = [Math.floor(i / (sizes[1] ?? 1)), i % (sizes[1] ?? 1)];
      return rows * columns - ((row % rows) * columns + (column % columns));
    };
    const ranks = constantNode(
      numbersToData(
        Array.from({ length: sizeOf(sizes) }, (_, i) => rank(i)),
        sizes,
        g.dtype,
      ),
    );
    // A cast and a product: in ONNX Runtime less than half the time of Where.
    const hits = mul(cast(apply("Equal", [inner, enlarge(y, kernel)]), g.dtype), ranks);
    const best = apply("MaxPool", [hits], { kernel_shape: kernel, strides: kernel });
    const first = cast(apply("Equal", [hits, enlarge(best, kernel)]), g.dtype);
    const spread = mul(first, enlarge(g, kernel));
    if (exact) return spread;
    return apply("Pad", [spread, int64s([0, 0, 0, 0, 0, 0, ...spare]), like(0, g)]);
  },
  work: (workload) => ({ products: 0, moved: 8 * sizeOf(sizesOf(workload)), operators: 9 }),
};

/** The one axis along which windows tile the whole input, the others having size 1; -1 when there is none. */
function singleAxis(workload: Workload): number {
  const { kernel } = workload.window;
  const wide = [...kernel.keys()].filter((i) => entryOf(kernel, i) > 1);
  const axis = wide[0] ?? -1;
  const whole = axis >= 0 && kernel[axis] === sizesOf(workload)[axis + 2];
  return wide.length === 1 && whole && wholeWindows(workload) ? axis + 2 : -1;
}

/** Windows that span one whole axis: each slice in turn takes what the slices before it left. */
const turns: Formulation = {
  name: "turns",
  valid: (workload) => {
    const axis = singleAxis(workload);
    return axis >= 0 && entryOf(sizesOf(workload), axis) <= 16;
  },
  write(workload) {
    const [x, y, g] = workload.tensors as [Tensor, Tensor, Tensor];
    const axis = singleAxis(workload);
    const count = sizesOf(workload)[axis] ?? 1;
    const slices = applyAll("Split", [x, int64s(Array.from({ length: count }, () => 1))], { axis }, count);
    let left = g;
    const parts = slices.map((slice, i) => {
      if (i === count - 1) return left;
      const taken = mul(left, cast(apply("Equal", [slice, y]), g.dtype));
      left = sub(left, taken);
      return taken;
    });
    return apply("Concat", parts, { axis });
  },
  work: (workload) => {
    const count = workload.window.kernel.reduce((a, b) => a * b, 1);
    return { products: 0, moved: 6 * sizeOf(sizesOf(workload)), operators: 4 * count };
  },
};

/** Windows that span one whole axis: the position of the first maximum against every position. */
const argMax: Formulation = {
  name: "arg-max",
  valid: (workload) => singleAxis(workload) >= 0,
  write(workload) {
    const [x, , g] = workload.tensors as [Tensor, Tensor, Tensor];
    const axis = singleAxis(workload);
    const count = sizesOf(workload)[axis] ?? 1;
    const best = apply("ArgMax", [x], { axis, keepdims: 1 });
    const places = int64s(Array.from({ length: count }, (_, i) => i));
    const after = Array.from({ length: x.shape.length - 1 - axis }, (_, i) => i + 1);
    const spread = after.length === 0 ? places : unsqueeze(places, after);
    return mul(cast(apply("Equal", [best, spread]), g.dtype), g);
  },
  work: (workload) => ({ products: 0, moved: 5 * sizeOf(sizesOf(workload)), operators: 4 }),
};

export const maximumPool: Family = { name: "max-pool", formulations: [turns, argMax, equal, indices] };
