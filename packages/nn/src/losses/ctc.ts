// Connectionist temporal classification (Graves et al. 2006): labels of a sequence whose places in it are not known.

import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { add, and, cast, div, equal, greater, less, max, mul, neg, not, sub, where } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { scan } from "../tensor/loops.ts";
import { logSoftmax } from "../tensor/normalization.ts";
import { gatherElements } from "../tensor/picking.ts";
import { reduceLogSumExp, reduceSum } from "../tensor/reductions.ts";
import { concat, expand, reshape, slice, transpose, unsqueeze } from "../tensor/shaping.ts";
import type { Loss } from "./loss.ts";
import { checkSingle, weightedMean } from "./loss.ts";

export interface CtcOptions {
  /** The class that stands for "no label" (default 0). */
  readonly blank?: number;
  /** Examples that no path can explain (too few time steps) count as 0 in place of about 10³⁰ (default false). */
  readonly zeroImpossible?: boolean;
}

/** A logarithm of a probability of zero, with room for sums. */
const never = -1e30;

/**
 * Mean over the batch of -log p(labels) / max(1, number of labels), as PyTorch's ctc_loss. Prediction: logits
 * [batch, time, classes]. Target: int64 labels [batch, most labels], padded with negative numbers; or
 * `{ labels, lengths }` with int64 `lengths` [batch], the number of time steps of each example. Sizes of time and
 * labels must be known.
 */
export function ctc(options: CtcOptions = {}): Loss<Tensor, Tensor | Readonly<Record<"labels" | "lengths", Tensor>>> {
  knownOptions<CtcOptions>("ctc", options, { blank: true, zeroImpossible: true });
  const { blank = 0, zeroImpossible = false } = options;
  return (logits, target, weight) => {
    checkSingle("ctc", logits, "labels" in target ? target.labels : target);
    const [labels, lengths] = "labels" in target ? [target.labels, target.lengths] : [target, undefined];
    const [time, most] = [logits.shape[1], labels.shape[1]];
    if (logits.shape.length !== 3 || typeof time !== "number" || typeof most !== "number" || most < 1) {
      throw new NnError(
        "shape-mismatch",
        `ctc: logits have shape [${logits.shape.join(", ")}], labels [${labels.shape.join(", ")}].`,
        "Give logits [batch, time, classes] and labels [batch, labels] with known sizes of time and labels.",
      );
    }
    const wide = cast(labels, "int64");
    const present = not(less(wide, constant(0, "int64")));
    const counts = reduceSum(cast(present, "int64"), 1);
    const path = extended(where(present, wide, constant(blank, "int64")), blank);
    const places = 2 * most + 1;
    const emissions = emissionsAlong(logSoftmax(logits), path, time, places);
    const alphas = forward(emissions, skips(path, blank, logits), lengths, time);
    // A path ends at the last label or at the blank behind it.
    const end = mul(counts, constant(2, "int64"));
    const last = max(sub(end, constant(1, "int64")), constant(0, "int64"));
    const ends = gatherElements(alphas, concat([unsqueeze(end, 1), unsqueeze(last, 1)], 1), 1);
    const empty = mul(cast(equal(counts, constant(0, "int64")), logits.dtype), never);
    const allowed = concat([mul(unsqueeze(empty, 1), 0), unsqueeze(empty, 1)], 1);
    const losses = neg(reduceLogSumExp(add(ends, allowed), 1));
    const each = mul(losses, perLabel(counts, logits));
    return weightedMean(zeroImpossible ? where(greater(losses, -never / 10), 0, each) : each, weight);
  };
}

function perLabel(counts: Tensor, { dtype }: Tensor): Tensor {
  return div(constant(1, dtype), cast(max(counts, constant(1, "int64")), dtype));
}

/** Labels with blanks before, between and behind: [batch, 2 labels + 1]. */
function extended(labels: Tensor, blank: number): Tensor {
  const blanks = add(mul(labels, constant(0, "int64")), constant(blank, "int64"));
  const pairs = concat([unsqueeze(blanks, 2), unsqueeze(labels, 2)], 2);
  const most = labels.shape[1] as number;
  return concat([reshape(pairs, [-1, 2 * most]), slice(blanks, 0, 1, 1)], 1);
}

/** Log-probabilities of the path's classes at every time: [time, batch, places]. */
function emissionsAlong(logProbabilities: Tensor, path: Tensor, time: number, places: number): Tensor {
  const batch = path.shape[0] as number | string;
  const indices = expand(unsqueeze(path, 1), [batch, time, places], path);
  return transpose(gatherElements(logProbabilities, indices, 2), [1, 0, 2]);
}

/** 0 where a path may leave out the blank before a place (labels that differ), otherwise never: [batch, places]. */
function skips(path: Tensor, blank: number, { dtype }: Tensor): Tensor {
  const isLabel = not(equal(slice(path, 2, Number.POSITIVE_INFINITY, 1), constant(blank, "int64")));
  const differs = not(equal(slice(path, 2, Number.POSITIVE_INFINITY, 1), slice(path, 0, -2, 1)));
  const later = where(and(isLabel, differs), constant(0, dtype), constant(never, dtype));
  const first = add(mul(slice(later, 0, 1, 1), 0), never);
  return concat([first, first, later], 1);
}

/** Log-probabilities of all beginnings of paths that end at each place after the last time step: [batch, places]. */
function forward(emissions: Tensor, skip: Tensor, lengths: Tensor | undefined, time: number): Tensor {
  const { dtype } = emissions;
  const places = emissions.shape[2] as number;
  const begin = constant({
    data: Float32Array.from({ length: places }, (_, i) => (i < 2 ? 0 : never)),
    shape: [places],
  });
  const first = add(reshape(slice(emissions, 0, 1), emissions.shape.slice(1)), cast(begin, dtype));
  if (time === 1) return first;
  const fill = add(mul(slice(first, 0, 1, 1), 0), never);
  const step = (alpha: Tensor, emission: Tensor): Tensor => {
    const byOne = concat([fill, slice(alpha, 0, -1, 1)], 1);
    const byTwo = add(concat([fill, fill, slice(alpha, 0, -2, 1)], 1), skip);
    const ways = concat([unsqueeze(alpha, 0), unsqueeze(byOne, 0), unsqueeze(byTwo, 0)], 0);
    return add(reduceLogSumExp(ways, 0), emission);
  };
  const rest = slice(emissions, 1, Number.POSITIVE_INFINITY);
  if (lengths === undefined) {
    return scan([first], [rest], ([alpha], [emission]) => ({
      states: [step(alpha as Tensor, emission as Tensor)],
    })).states[0] as Tensor;
  }
  const times = constant(Array.from({ length: time - 1 }, (_, t) => BigInt(t + 1)));
  const live = unsqueeze(greater(cast(unsqueeze(lengths, 0), "int64"), unsqueeze(times, 1)), 2);
  return scan([first], [rest, live], ([alpha], [emission, isLive]) => ({
    states: [where(isLive as Tensor, step(alpha as Tensor, emission as Tensor), alpha as Tensor)],
  })).states[0] as Tensor;
}
