// The evidence lower bound of variational autoencoders, and its terms.

import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { add, exp, mul, sub } from "../tensor/elementwise.ts";
import { reduceSum } from "../tensor/reductions.ts";
import { logisticLoss } from "./logistic.ts";
import type { Loss } from "./loss.ts";
import { checkOutputs, checkTarget, likePrediction, weightedMean } from "./loss.ts";

/** What a variational autoencoder gives: `reconstruction` like the target, `mean` and `logVariance` [batch, latent]. */
export type VariationalOutput = Readonly<Record<"reconstruction" | "mean" | "logVariance", Tensor>>;

export interface ElboOptions {
  /**
   * "bernoulli" (default): reconstructions are logits of values in [0, 1]. "gaussian": they are means, of variance 1
   * (½ d², without the constant).
   */
  readonly likelihood?: "bernoulli" | "gaussian";
  /** Weight of the divergence (default 1; Higgins et al. 2017). */
  readonly beta?: number;
}

const sumAfterBatch = (x: Tensor): Tensor => reduceSum(x, [...x.shape.keys()].slice(1));

/** KL(N(mean, e^logVariance) ‖ N(0, 1)) of each example: ½ Σ (mean² + e^logVariance - 1 - logVariance), [batch]. */
export function gaussianDivergence(mean: Tensor, logVariance: Tensor): Tensor {
  return mul(sumAfterBatch(sub(add(mul(mean, mean), exp(logVariance)), add(logVariance, 1))), 0.5);
}

/** The negative evidence lower bound (Kingma and Welling 2014): mean over the batch of both terms, summed. */
export function elbo(options: ElboOptions = {}): Loss<VariationalOutput> {
  knownOptions<ElboOptions>("elbo", options, { likelihood: true, beta: true });
  const { likelihood = "bernoulli", beta = 1 } = options;
  return (prediction, target, weight) => {
    checkOutputs("elbo", prediction, ["reconstruction", "mean", "logVariance"]);
    const { reconstruction, mean, logVariance } = prediction;
    checkTarget("elbo", reconstruction, target);
    const wanted = likePrediction(target, reconstruction);
    let losses: Tensor;
    if (likelihood === "bernoulli") losses = logisticLoss(reconstruction, wanted);
    else {
      const difference = sub(reconstruction, wanted);
      losses = mul(mul(difference, difference), 0.5);
    }
    const divergence = mul(gaussianDivergence(mean, logVariance), beta);
    return weightedMean(add(sumAfterBatch(losses), divergence), weight);
  };
}
