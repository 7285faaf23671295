// Gradient conformance of convolutions.
import { apply } from "../../src/graph/apply.ts";
import type { Attributes } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { float32 } from "./forms.ts";

/** An operator whose padding in front differs from that behind, as TensorFlow pads. */
const uneven = (op: string, attributes: Attributes, ...shapes: readonly (readonly number[])[]): GradientCase => ({
  op,
  ...float32,
  shapes,
  build: (...inputs) => apply(op, inputs, attributes),
});

function convolution(options: t.ConvolutionOptions, ...shapes: readonly (readonly number[])[]): GradientCase {
  return { op: "Conv", ...float32, shapes, build: (x, w, b) => t.convolution(x!, w!, b, options) };
}

function transposed(options: t.TransposedConvolutionOptions, ...shapes: readonly (readonly number[])[]): GradientCase {
  return { op: "ConvTranspose", ...float32, shapes, build: (x, w, b) => t.transposedConvolution(x!, w!, b, options) };
}

export const convolutionCases: readonly GradientCase[] = [
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
];
