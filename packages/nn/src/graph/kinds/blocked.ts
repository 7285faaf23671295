// Catalogue entries of ONNX Runtime's internal operators on images whose channels are laid out in blocks.
import { NnError } from "../../errors.ts";
import { formatShape, isStatic, sameShape } from "../../shape.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, required, takes } from "../spec.ts";
import { convolutionOps } from "./convolution.ts";
import { spec } from "./spec.ts";

const domain = "com.microsoft.nchwc";
const float32: ReadonlySet<"float32"> = new Set(["float32"] as const);
const plain = convolutionOps.Conv as OpSpec;

function image(a: Application): readonly number[] {
  takes(a, float32);
  const { shape } = required(a, 0);
  if (shape.length === 4 && isStatic(shape)) return shape;
  throw new NnError(
    "shape-mismatch",
    `${a.op}: takes [batch, channels, height, width] of known sizes, not ${formatShape(shape)}.`,
    "Use blocked operators on images of known sizes only.",
  );
}

/**
 * A tensor in blocks has the shape [batch, channels, height, width]; its memory is
 * [batch, channels / block, height, width, block]. The channels must be a multiple of the block.
 */
export const blockedOps: Readonly<Record<string, OpSpec>> = {
  ReorderInput: spec([1, 1], (a) => [{ dtype: "float32", shape: image(a) }], {}, domain),
  ReorderOutput: spec(
    [1, 1],
    (a) => {
      const [batch = 1, channels = 1, ...sizes] = image(a);
      return [{ dtype: "float32", shape: [batch, intAttribute(a.attributes, "channels", channels), ...sizes] }];
    },
    { channels: "int" },
    domain,
  ),
  // Inputs: x, the weight reordered (graph/blocked-layout.ts), a bias, and a tensor that is added to the result.
  BlockedConv: {
    ...spec(
      [2, 4],
      (a) => {
        image(a);
        const [type] = plain.infer({ ...a, inputs: a.inputs.slice(0, 3) });
        const sum = a.inputs[3];
        if (type !== undefined && (sum === undefined || sameShape(sum.shape, type.shape))) return [type];
        throw new NnError(
          "shape-mismatch",
          `${a.op}: what is added has the shape ${formatShape(sum?.shape ?? [])}, the result ${formatShape(type?.shape ?? [])}.`,
          "Add a tensor of the result's shape.",
        );
      },
      { ...plain.attributes, activation: "string" },
      domain,
    ),
    type: "Conv",
  },
};
