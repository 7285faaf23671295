// Losses on embeddings: what belongs together shall be near, what does not far.

import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { LayerInput } from "../layers/layer.ts";
import { add, div, max, mul, sqrt, sub } from "../tensor/elementwise.ts";
import { matMul } from "../tensor/matrices.ts";
import { reduceLogSumExp, reduceSum } from "../tensor/reductions.ts";
import { transpose } from "../tensor/shaping.ts";
import type { Loss } from "./loss.ts";
import { checkOutputs, sumLast, weightedMean } from "./loss.ts";

export interface InfoNceOptions {
  /** Similarities are divided by it (default 0.1). */
  readonly temperature?: number;
  /** Also find the anchor from the positive, and take the mean of both (as CLIP; default false). */
  readonly symmetric?: boolean;
}

const unit = (x: Tensor): Tensor => div(x, max(sqrt(reduceSum(mul(x, x), -1, { keepDims: true })), 1e-12));

/**
 * Cross-entropy of finding each anchor's own positive among all positives of the batch by cosine similarity
 * (van den Oord et al. 2018). Prediction: `anchor` and `positive`, embeddings [batch, size]; the target is not read.
 */
export function infoNce(
  options: InfoNceOptions = {},
): Loss<Readonly<Record<"anchor" | "positive", Tensor>>, LayerInput> {
  knownOptions<InfoNceOptions>("infoNce", options, { temperature: true, symmetric: true });
  const { temperature = 0.1, symmetric = false } = options;
  return (prediction, _, weight) => {
    checkOutputs("infoNce", prediction, ["anchor", "positive"]);
    const { anchor, positive } = prediction;
    const [a, p] = [mul(unit(anchor), 1 / temperature), unit(positive)];
    const all = matMul(a, transpose(p));
    const own = sumLast(mul(a, p));
    const forward = sub(reduceLogSumExp(all, 1), own);
    if (!symmetric) return weightedMean(forward, weight);
    return weightedMean(mul(add(forward, sub(reduceLogSumExp(all, 0), own)), 0.5), weight);
  };
}

/**
 * Mean of max(0, |anchor - positive| - |anchor - negative| + margin) (Schroff et al. 2015), the margin 1 by default;
 * as PyTorch's triplet_margin_loss. Prediction: three embeddings [batch, size]; the target is not read.
 */
export function triplet(
  options: { readonly margin?: number } = {},
): Loss<Readonly<Record<"anchor" | "positive" | "negative", Tensor>>, LayerInput> {
  knownOptions<{ readonly margin?: number }>("triplet", options, { margin: true });
  const margin = options.margin ?? 1;
  const distance = (x: Tensor, y: Tensor): Tensor => {
    // The shift keeps the root's slope finite.
    const difference = add(sub(x, y), 1e-6);
    return sqrt(sumLast(mul(difference, difference)));
  };
  return (prediction, _, weight) => {
    checkOutputs("triplet", prediction, ["anchor", "positive", "negative"]);
    const { anchor, positive, negative } = prediction;
    const gap = sub(distance(anchor, positive), distance(anchor, negative));
    return weightedMean(max(add(gap, margin), 0), weight);
  };
}
