// The gradient of a convolution's weight, written in several ways. Tensors: x, gradient of the output.
import { apply } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { int64s, transpose } from "../../graph/operators.ts";
import { entryOf, sizeOf, staticShape } from "../../shape.ts";
import { crossedShift } from "./convolution-weight-crossed.ts";
import type { Family, Formulation, Workload } from "./formulation.ts";
import { channelsFirst, concat, cut, pad, positionsOf, range, shaped, sizesOf } from "./window-tensors.ts";

/** A convolution in which batch and channels change places; stride and dilation too. */
const transposedConv: Formulation = {
  name: "transposed-conv",
  valid: () => true,
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { window } = workload;
    const { batch, groups, into, input, kernel } = sizesOf(workload);
    const rank = input.length;
    let source: Tensor;
    if (groups === 1) source = channelsFirst(x);
    else {
      const split = shaped(x, batch, groups, into, ...input);
      const turned = transpose(split, [2, 1, 0, ...range(3, rank)]);
      source = shaped(turned, into, groups * batch, ...input);
    }
    const result = apply("Conv", [source, channelsFirst(g)], {
      group: groups,
      strides: window.dilations,
      dilations: window.strides,
      pads: [...window.before, ...window.after],
    });
    // Rows that no window reached at the far end would be further kernel positions.
    const exact = cut(
      result,
      2,
      kernel.map(() => 0),
      kernel,
      kernel.map(() => 1),
    );
    return channelsFirst(exact);
  },
  work(workload) {
    const { batch, groups, into, out, input, taps, places } = sizesOf(workload);
    const elements = batch * groups * (into * sizeOf(input) + out * places);
    return {
      products: batch * groups * into * out * taps * places,
      moved: elements + into * taps * groups * batch * places,
      operators: 4,
    };
  },
};

/** Every window laid out as a column, one axis after another, then one product. */
const imageToColumns: Formulation = {
  name: "im2col",
  valid: ({ window }) => sizeOf(window.kernel) <= 128,
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { window } = workload;
    const { batch, groups, into, out, output, kernel, taps, places } = sizesOf(workload);
    let columns = channelsFirst(pad(x, window.before, window.after));
    let rows = groups * into;
    let sizes = padded(workload);
    for (const [i, size] of kernel.entries()) {
      const count = entryOf(output, i);
      const stride = entryOf(window.strides, i);
      if (size > 1 || stride > 1) {
        const open = shaped(columns, rows, 1, batch, ...sizes);
        const slices = range(0, size).map((k) => {
          const start = k * entryOf(window.dilations, i);
          return cut(open, 3 + i, [start], [count], [stride]);
        });
        columns = concat(slices, 1);
        rows *= size;
      }
      sizes = sizes.map((own, axis) => (axis === i ? count : own));
    }
    const length = batch * places;
    const left = channelsFirst(g);
    if (groups === 1) {
      const product = apply("Gemm", [shaped(left, out, length), shaped(columns, rows, length)], { transB: 1 });
      return shaped(product, out, into, ...kernel);
    }
    const product = apply(
      "FusedMatMul",
      [shaped(left, groups, out, length), shaped(columns, groups, taps * into, length)],
      {
        alpha: 1,
        transA: 0,
        transB: 1,
      },
    );
    return shaped(product, groups * out, into, ...kernel);
  },
  work(workload) {
    const { batch, groups, into, out, input, kernel, taps, places } = sizesOf(workload);
    const [first = 1] = kernel;
    const columns = groups * into * batch * (taps * places + (taps > first ? first * sizeOf(input) : 0));
    return {
      products: batch * groups * into * out * taps * places,
      moved: 2 * columns + batch * groups * (into * sizeOf(input) + out * places),
      operators: kernel.reduce((a, c) => a + c, 0) + 6,
    };
  },
};

/** Sizes of the padded input. */
function padded({ window, tensors: [x] }: Workload): readonly number[] {
  return staticShape((x as Tensor).shape.slice(2)).map(
    (size, i) => size + entryOf(window.before, i) + entryOf(window.after, i),
  );
}

/** Distance in the flat padded input of one step along each axis. */
function strideOf(sizes: readonly number[]): readonly number[] {
  return sizes.map((_, i) => sizeOf(sizes.slice(i + 1)));
}

const flatValid = ({ window, groups }: Workload): boolean =>
  groups === 1 && window.strides.every((stride) => stride === 1);

/** The gradient on the grid of the padded input, zeros elsewhere, so that rows and images stay apart. */
function onPaddedGrid(g: Tensor, grid: readonly number[], output: readonly number[]): Tensor {
  return pad(
    g,
    grid.map(() => 0),
    grid.map((size, i) => size - entryOf(output, i)),
  );
}

/**
 * `count` copies of a flat tensor, the k-th shifted by k · shift (a positive shift reads further ahead), as
 * [count, elements]. What is shifted in from other rows must meet zeros in the product.
 */
function shifts(flat: Tensor, count: number, shift: number): Tensor {
  const size = Number(flat.shape[0]);
  if (count === 1) return shaped(flat, 1, size);
  // Read with rows of another length than they were written with, the copies slide against each other.
  if (shift > 0) {
    const later = apply("Slice", [flat, int64s([shift]), int64s([size]), int64s([0])]);
    const tail = apply("Slice", [flat, int64s([0]), int64s([(count - 1) * shift]), int64s([0])]);
    return shaped(concat([flat, ...Array.from({ length: count - 1 }, () => later), tail], 0), count, size);
  }
  const zeros = apply("Slice", [flat, int64s([size + shift]), int64s([size]), int64s([0])]);
  const last = apply("Slice", [flat, int64s([0]), int64s([size + shift * (count - 1)]), int64s([0])]);
  const copies = Array.from({ length: count - 1 }, () => [flat, zeros]).flat();
  return shaped(concat([...copies, last], 0), count, size);
}

/** One shifted copy of the flat input for each kernel position, then one product. */
const shiftedGemm: Formulation = {
  name: "shifted-gemm",
  valid: (workload) => flatValid(workload) && sizeOf(workload.window.kernel) <= 64,
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { window } = workload;
    const { batch, into, out, output, kernel, taps } = sizesOf(workload);
    const grid = padded(workload);
    const steps = strideOf(grid);
    const offsets = positionsOf(kernel).map((tap) =>
      tap.reduce((sum, k, i) => sum + k * entryOf(window.dilations, i) * entryOf(steps, i), 0),
    );
    const length = batch * sizeOf(grid) - Math.max(...offsets);
    const source = shaped(channelsFirst(pad(x, window.before, window.after)), into, batch * sizeOf(grid));
    const columns = offsets.map((offset) => cut(source, 1, [offset], [length], [1]));
    const spread = shaped(channelsFirst(onPaddedGrid(g, grid, output)), out, batch * sizeOf(grid));
    const left = cut(spread, 1, [0], [length], [1]);
    const product = apply("Gemm", [left, concat(columns, 0)], { transB: 1 });
    return shaped(transpose(shaped(product, out, taps, into), [0, 2, 1]), out, into, ...kernel);
  },
  work(workload) {
    const { batch, into, out, taps } = sizesOf(workload);
    const length = batch * sizeOf(padded(workload));
    return {
      products: into * out * taps * length,
      moved: length * (into * (2 * taps + 1) + 3 * out),
      operators: taps + 8,
    };
  },
};

/**
 * Rows shifted on the input's side, columns on the gradient's: one product of [K·out] by [K·in] over the flat grid
 * in place of K² shifted copies.
 */
const twoSidedShift: Formulation = {
  name: "two-sided-shift",
  valid(workload) {
    const { window, tensors } = workload;
    if (!flatValid(workload) || window.kernel.length !== 2) return false;
    const [rows = 1, columns = 1] = window.kernel;
    const grid = padded(workload);
    const size = Number((tensors[0] as Tensor).shape[0]) * sizeOf(grid);
    return rows * (window.dilations[0] ?? 1) * (grid[1] ?? 1) <= size && columns * (window.dilations[1] ?? 1) <= size;
  },
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { window } = workload;
    const { batch, into, out, output, kernel } = sizesOf(workload);
    const [rows = 1, columns = 1] = kernel;
    const grid = padded(workload);
    const length = batch * sizeOf(grid);
    const source = channelsFirst(pad(x, window.before, window.after));
    const spread = channelsFirst(onPaddedGrid(g, grid, output));
    const down = shifts(shaped(source, into * length), rows, (grid[1] ?? 1) * (window.dilations[0] ?? 1));
    const along = shifts(shaped(spread, out * length), columns, -(window.dilations[1] ?? 1));
    const product = apply("Gemm", [shaped(along, columns * out, length), shaped(down, rows * into, length)], {
      transB: 1,
    });
    const taps = shaped(product, columns, out, rows, into);
    return transpose(taps, [1, 3, 2, 0]);
  },
  work(workload) {
    const { batch, into, out, kernel } = sizesOf(workload);
    const [rows = 1, columns = 1] = kernel;
    const length = batch * sizeOf(padded(workload));
    return {
      products: rows * columns * into * out * length,
      moved: length * (into * (rows + 1) + out * (columns + 2)),
      operators: 12,
    };
  },
};

/** Columns cut out on the input's side, rows shifted on the gradient's: fewer copies than im2col, fewer zeros than a flat grid. */
const rowShift: Formulation = {
  name: "row-shift",
  valid({ window, groups }) {
    const [rows = 1, columns = 1] = window.kernel;
    return groups === 1 && window.kernel.length === 2 && window.strides[0] === 1 && rows > 1 && columns <= 64;
  },
  write(workload) {
    const [x, g] = workload.tensors as [Tensor, Tensor];
    const { window } = workload;
    const { batch, into, out, output, kernel } = sizesOf(workload);
    const [rows = 1, columns = 1] = kernel;
    const [high = 1, wide = 1] = padded(workload);
    const width = output[1] ?? 1;
    const length = batch * high * width;
    const open = shaped(channelsFirst(pad(x, window.before, window.after)), into, 1, batch, high, wide);
    const slices = range(0, columns).map((k) =>
      cut(open, 4, [k * (window.dilations[1] ?? 1)], [width], [window.strides[1] ?? 1]),
    );
    const spread = onPaddedGrid(channelsFirst(g), [high, width], output);
    const down = shifts(shaped(spread, out * length), rows, -(window.dilations[0] ?? 1) * width);
    const right = shaped(concat(slices, 1), into * columns, length);
    const product = apply("Gemm", [shaped(down, rows * out, length), right], { transB: 1 });
    return transpose(shaped(product, rows, out, into, columns), [1, 2, 0, 3]);
  },
  work(workload) {
    const { batch, into, out, output, kernel } = sizesOf(workload);
    const [rows = 1, columns = 1] = kernel;
    const length = batch * (padded(workload)[0] ?? 1) * (output[1] ?? 1);
    return {
      products: rows * columns * into * out * length,
      moved: length * (into * (2 * columns + 1) + out * (rows + 2)),
      operators: columns + 8,
    };
  },
};

export const convolutionWeight: Family = {
  name: "conv-weight",
  formulations: [crossedShift, rowShift, twoSidedShift, shiftedGemm, imageToColumns, transposedConv],
};
