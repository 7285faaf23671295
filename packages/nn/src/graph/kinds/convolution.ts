// Catalogue entries of convolutions.
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { formatShape, isStatic, sameShape } from "../../shape.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, intsAttribute, oneType, required, takes } from "../spec.ts";
import { covered, positions, windowOf } from "../window.ts";
import { spec } from "./spec.ts";

const attributes = {
  auto_pad: "string",
  dilations: "ints",
  group: "int",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

interface Sizes {
  readonly batch: Shape;
  readonly channels: Shape[number];
  readonly spatial: Shape;
  readonly weight: readonly number[];
  readonly groups: number;
}

function sizesOf(a: Application): Sizes {
  takes(a, floatTypes);
  const { shape } = required(a, 0);
  const weight = required(a, 1).shape;
  if (shape.length < 3 || weight.length !== shape.length || !isStatic(weight)) {
    throw new NnError(
      "shape-mismatch",
      `${a.op}: the input ${formatShape(shape)} and the weight ${formatShape(weight)} do not fit each other.`,
      "Give [batch, channels, …sizes] and a weight of as many axes, of known sizes.",
    );
  }
  return {
    batch: shape.slice(0, 1),
    channels: shape[1] ?? 1,
    spatial: shape.slice(2),
    weight,
    groups: intAttribute(a.attributes, "group", 1),
  };
}

function checkBias(a: Application, out: number): void {
  const bias = a.inputs[2];
  if (bias === undefined || sameShape(bias.shape, [out])) return;
  throw new NnError(
    "shape-mismatch",
    `${a.op}: the bias ${formatShape(bias.shape)} is not one number for each of ${out} channels.`,
    "Give one bias an output channel.",
  );
}

function refuseChannels(a: Application, { channels, weight, groups }: Sizes): NnError {
  return new NnError(
    "shape-mismatch",
    `${a.op}: a weight of ${formatShape(weight)} in ${groups} groups does not take ${channels} channels.`,
    "Give a weight whose channels per group times the groups are the input's channels.",
  );
}

export const convolutionOps: Readonly<Record<string, OpSpec>> = {
  Conv: spec(
    [2, 3],
    (a) => {
      const sizes = sizesOf(a);
      const { batch, channels, spatial, weight, groups } = sizes;
      const [out = 1, perGroup = 1, ...kernel] = weight;
      if (out % groups !== 0 || (typeof channels === "number" && perGroup * groups !== channels)) {
        throw refuseChannels(a, sizes);
      }
      checkBias(a, out);
      const window = windowOf(a.op, a.attributes, spatial.length, kernel);
      return [{ dtype: oneType(a), shape: [...batch, out, ...positions(a.op, spatial, window)] }];
    },
    attributes,
  ),
  ConvTranspose: spec(
    [2, 3],
    (a) => {
      const sizes = sizesOf(a);
      const { batch, channels, spatial, weight, groups } = sizes;
      const [into = 1, perGroup = 1, ...kernel] = weight;
      if (into % groups !== 0 || (typeof channels === "number" && into !== channels)) throw refuseChannels(a, sizes);
      checkBias(a, perGroup * groups);
      if (a.attributes.output_shape !== undefined) {
        throw new NnError(
          "attribute-invalid",
          "ConvTranspose: output_shape is not supported.",
          "Give pads and output_padding, which say the same.",
        );
      }
      const window = windowOf(a.op, a.attributes, spatial.length, kernel);
      const extra = intsAttribute(a.attributes, "output_padding") ?? spatial.map(() => 0);
      return [{ dtype: oneType(a), shape: [...batch, perGroup * groups, ...covered(spatial, window, extra)] }];
    },
    { ...attributes, output_padding: "ints", output_shape: "ints" },
  ),
};
