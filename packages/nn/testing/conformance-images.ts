// The conformance lines of convolutions, pools, normalisations over channels, padding and resizing.
import { apply } from "../src/graph/apply.ts";
import type { Attributes } from "../src/graph/node.ts";
import * as t from "../src/index.ts";
import type { GradientCase } from "./finite-differences.ts";

const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
const float32 = { dtype: "float32" } as const;
const all = (...shapes: readonly (readonly number[])[]) => ({ shapes });

function convolution(options: t.ConvolutionOptions, ...shapes: readonly (readonly number[])[]): GradientCase {
  return { op: "Conv", ...float32, shapes, build: (x, w, b) => t.convolution(x!, w!, b, options) };
}

function transposed(options: t.TransposedConvolutionOptions, ...shapes: readonly (readonly number[])[]): GradientCase {
  return { op: "ConvTranspose", ...float32, shapes, build: (x, w, b) => t.transposedConvolution(x!, w!, b, options) };
}

const maximum = (shape: readonly number[], size: t.PerAxis, options: t.PoolOptions = {}): GradientCase => ({
  op: "MaxPool",
  shapes: [shape],
  build: one((x) => t.maxPool(x, size, options)),
});

const average = (shape: readonly number[], size: t.PerAxis, options: t.AveragePoolOptions = {}): GradientCase => ({
  op: "AveragePool",
  ...float32,
  shapes: [shape],
  build: one((x) => t.averagePool(x, size, options)),
});

const batch = (shape: readonly number[]): GradientCase => ({
  op: "BatchNormalization",
  ...float32,
  shapes: [shape, [shape[1] ?? 1], [shape[1] ?? 1]],
  build: (x, w, b) => t.batchNormalizationTraining(x!, w!, b!).y,
});

const resized = (shape: readonly number[], options: t.ResizeOptions): GradientCase => ({
  op: "Resize",
  ...float32,
  shapes: [shape],
  build: one((x) => t.resize(x, options)),
});

/** An operator whose padding in front differs from that behind, as TensorFlow pads. */
const uneven = (op: string, attributes: Attributes, ...shapes: readonly (readonly number[])[]): GradientCase => ({
  op,
  ...float32,
  shapes,
  build: (...inputs) => apply(op, inputs, attributes),
});

export const imageCases: readonly GradientCase[] = [
  convolution({}, [2, 3, 6], [4, 3, 3], [4]),
  convolution({ stride: 2, padding: 1, dilation: 2 }, [2, 2, 9], [3, 2, 3]),
  convolution({}, [2, 2, 5, 4], [3, 2, 3, 2], [3]),
  convolution({ padding: "same" }, [1, 2, 4, 4], [2, 2, 2, 3]),
  convolution({ stride: 2, padding: 1 }, [2, 2, 6, 5], [2, 2, 3, 3], [2]),
  convolution({ dilation: [2, 1], padding: [1, 0] }, [2, 1, 6, 4], [2, 1, 3, 2]),
  convolution({ groups: 2, padding: 1 }, [2, 4, 3, 4], [4, 2, 3, 3], [4]),
  convolution({ groups: 3, stride: [1, 2] }, [2, 3, 4, 5], [3, 1, 2, 2]),
  convolution({}, [1, 1, 3, 3, 3], [2, 1, 2, 2, 2]),
  convolution({}, [2, 3, 3, 3], [2, 3, 1, 1]),
  transposed({}, [2, 3, 4], [3, 2, 3], [2]),
  transposed({ stride: 2, padding: 1, outputPadding: 1 }, [2, 2, 3, 3], [2, 3, 3, 3], [3]),
  transposed({ groups: 2, stride: [2, 1], dilation: [1, 2] }, [1, 4, 3, 3], [4, 1, 2, 2]),
  uneven("Conv", { strides: [2, 2], pads: [0, 0, 1, 1] }, [2, 2, 6, 6], [3, 2, 3, 3], [3]),
  uneven("Conv", { strides: [2, 2], pads: [1, 0, 2, 1], group: 3 }, [2, 3, 6, 5], [3, 1, 5, 3]),
  uneven("Conv", { pads: [0, 2, 1, 1] }, [2, 2, 4, 5], [3, 2, 2, 4]),
  uneven("ConvTranspose", { strides: [2, 2], pads: [0, 0, 1, 1] }, [2, 2, 3, 3], [2, 3, 3, 3], [3]),
  uneven("ConvTranspose", { pads: [1, 0, 0, 1] }, [1, 2, 4, 3], [2, 2, 2, 2]),
  uneven("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }, [1, 2, 6, 6]),
  uneven("AveragePool", { kernel_shape: [3, 2], strides: [2, 1], pads: [0, 0, 1, 1] }, [1, 2, 6, 4]),
  maximum([2, 2, 7], 3, { stride: 2 }),
  maximum([2, 2, 4, 6], 2),
  maximum([2, 2, 5, 5], 2),
  maximum([2, 2, 5, 5], 3, { stride: 2, padding: 1 }),
  maximum([1, 2, 5, 6], [2, 3], { stride: 2, ceil: true }),
  maximum([1, 2, 6, 6], 2, { stride: 1, dilation: 2 }),
  { ...maximum([2, 2, 4, 6], 2), ...float32 },
  { ...maximum([2, 2, 4, 5], [4, 1]), ...float32 },
  average([2, 2, 6], 2),
  average([2, 2, 4, 6], 2),
  average([2, 2, 5, 5], 3, { stride: 2, padding: 1 }),
  average([2, 2, 5, 5], 3, { stride: 2, padding: 1, countPadding: true }),
  average([1, 2, 6, 6], 3, { stride: 2, ceil: true }),
  { op: "GlobalAveragePool", ...float32, ...all([2, 3, 4, 2]), build: one(t.globalAveragePool) },
  { op: "GlobalMaxPool", ...float32, ...all([2, 3, 4, 2]), build: one(t.globalMaxPool) },
  batch([2, 3, 4, 2]),
  batch([5, 2]),
  {
    op: "BatchNormalization",
    shapes: [[2, 3, 2, 2], [3], [3], [3], [3]],
    range: [0.3, 2],
    build: (x, w, b, m, v) => t.batchNormalization(x!, w!, b!, m!, v!),
  },
  {
    op: "InstanceNormalization",
    ...float32,
    shapes: [[2, 3, 4, 2], [3], [3]],
    build: (x, w, b) => t.instanceNormalization(x!, w!, b!),
  },
  {
    op: "GroupNormalization",
    ...float32,
    shapes: [[2, 4, 3, 2], [4], [4]],
    build: (x, w, b) => t.groupNormalization(x!, 2, w!, b!),
  },
  { op: "Pad", ...all([2, 4]), build: one((x) => t.pad(x, { 1: [2, 1] }, { mode: "reflect" })) },
  { op: "Pad", ...all([2, 3, 4]), build: one((x) => t.pad(x, { 1: [1, 0], "-1": [0, 2] }, { mode: "edge" })) },
  { op: "Pad", ...all([2, 5]), build: one((x) => t.pad(x, { 1: [-1, 2] }, { value: 1 })) },
  resized([2, 2, 3, 2], { scales: [2, 2] }),
  resized([1, 2, 4, 5], { sizes: [3, 7] }),
  resized([1, 2, 3, 4], { sizes: [6, 5], mode: "linear" }),
  resized([1, 2, 4], { sizes: [7], mode: "linear", alignCorners: true }),
  { op: "DepthToSpace", ...float32, ...all([2, 8, 2, 3]), build: one((x) => t.depthToSpace(x, 2)) },
  {
    op: "DepthToSpace",
    ...float32,
    ...all([1, 4, 2, 2]),
    build: one((x) => apply("DepthToSpace", [x], { blocksize: 2 })),
  },
  { op: "SpaceToDepth", ...float32, ...all([2, 2, 4, 2]), build: one((x) => t.spaceToDepth(x, 2)) },
];
