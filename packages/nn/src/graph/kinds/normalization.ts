// Catalogue entries of normalisation over channels.
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, oneType, required, takes } from "../spec.ts";
import { spec } from "./spec.ts";

/** Every input after the first has one number a channel. */
function checkChannels(a: Application): void {
  takes(a, floatTypes);
  const { shape } = required(a, 0);
  const channels = shape[1];
  for (const tensor of a.inputs.slice(1)) {
    if (tensor !== undefined && (channels === undefined || !sameShape(tensor.shape, [channels]))) {
      throw new NnError(
        "shape-mismatch",
        `${a.op}: ${formatShape(tensor.shape)} is not one number for each channel of ${formatShape(shape)}.`,
        "Give scale, bias and statistics of shape [channels].",
      );
    }
  }
}

export const normalizationOps: Readonly<Record<string, OpSpec>> = {
  /**
   * x, scale, bias, mean, variance. With `training_mode` the batch's own statistics are used, and the further
   * outputs are momentum · given + (1 - momentum) · the batch's mean and (biased) variance.
   */
  BatchNormalization: spec(
    [5, 5],
    (a) => {
      checkChannels(a);
      const { dtype, shape } = required(a, 0);
      const statistics = { dtype, shape: shape.slice(1, 2) };
      const training = intAttribute(a.attributes, "training_mode", 0) === 1;
      return [{ dtype: oneType(a), shape }, statistics, statistics].slice(0, training ? a.outputCount : 1);
    },
    { epsilon: "float", momentum: "float", training_mode: "int" },
  ),
  InstanceNormalization: spec(
    [3, 3],
    (a) => {
      checkChannels(a);
      return [{ dtype: oneType(a), shape: required(a, 0).shape }];
    },
    { epsilon: "float" },
  ),
  GroupNormalization: spec(
    [3, 3],
    (a) => {
      checkChannels(a);
      const { shape } = required(a, 0);
      const groups = intAttribute(a.attributes, "num_groups", 0);
      if (groups < 1 || (typeof shape[1] === "number" && shape[1] % groups !== 0)) {
        throw new NnError(
          "attribute-invalid",
          `GroupNormalization: ${groups} groups do not divide the channels of ${formatShape(shape)}.`,
          "Use a number of groups that divides the channels.",
        );
      }
      return [{ dtype: oneType(a), shape }];
    },
    { epsilon: "float", num_groups: "int", stash_type: "int" },
  ),
};
