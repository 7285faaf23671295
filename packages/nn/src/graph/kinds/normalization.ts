// Catalogue entries of normalisations, over channels and along axes, and of softmax.
import type { DType } from "../../dtype.ts";
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { broadcast, formatShape, normalizeAxis, sameShape } from "../../shape.ts";
import type { ValueType } from "../node.ts";
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

function alongAxis(types: ReadonlySet<DType>): OpSpec {
  return spec(
    [1, 1],
    (a) => {
      takes(a, types);
      const { dtype, shape } = required(a, 0);
      normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      return [{ dtype, shape }];
    },
    { axis: "int" },
  );
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
  Softmax: alongAxis(floatTypes),
  LogSoftmax: alongAxis(floatTypes),
  LayerNormalization: spec(
    [2, 3],
    (a) => {
      takes(a, floatTypes);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      for (const tensor of a.inputs.slice(1)) {
        if (tensor !== undefined && !sameShape(broadcast(shape, tensor.shape, a.op), shape)) {
          throw new NnError(
            "shape-mismatch",
            "LayerNormalization: scale or bias is too large.",
            "Match the last axes.",
          );
        }
      }
      // ONNX keeps the mean and inverse deviation in float32 (stash_type 1).
      const statistics: ValueType = { dtype: "float32", shape: shape.map((dim, i) => (i >= axis ? 1 : dim)) };
      return [{ dtype, shape }, statistics, statistics].slice(0, a.outputCount);
    },
    { axis: "int", epsilon: "float", stash_type: "int" },
  ),
};
