// The famous names: each an alias for a chain of links.

import { knownOptions } from "../known-options.ts";
import { scaleByFactoredRms, scaleByParameterRms, subtractDecayedWeights } from "./adafactor-links.ts";
import type { AdamOptions, LionOptions, RmsOptions } from "./links.ts";
import { addDecayedWeights, scaleByAdam, scaleByLearningRate, scaleByLion, scaleByRms, trace } from "./links.ts";
import type { Schedule } from "./schedules.ts";
import { rateAt } from "./schedules.ts";
import type { Optimizer, Transform } from "./transform.ts";
import { chain } from "./transform.ts";

export interface SgdOptions {
  readonly lr: Schedule;
  /** Default 0. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** L2: added to the gradient, as PyTorch's weight_decay (default 0). */
  readonly weightDecay?: number;
}

function optional(rate: number | undefined): readonly Transform[] {
  return rate === undefined || rate === 0 ? [] : [addDecayedWeights(rate)];
}

/** Stochastic gradient descent; equals torch.optim.SGD. */
export function sgd(options: SgdOptions): Optimizer {
  knownOptions<SgdOptions>("sgd", options, { lr: true, momentum: true, nesterov: true, weightDecay: true });
  const momentum = options.momentum ?? 0;
  return chain(
    ...optional(options.weightDecay),
    ...(momentum === 0 ? [] : [trace(momentum, options.nesterov ?? false)]),
    scaleByLearningRate(options.lr),
  );
}

export interface AdamOptimizerOptions extends AdamOptions {
  /** Default 0.001. */
  readonly lr?: Schedule;
  /** adam: L2, added to the gradient (default 0). adamw: decoupled decay (default 0.01). */
  readonly weightDecay?: number;
}

/** Adam (Kingma and Ba 2015); equals torch.optim.Adam. */
export function adam(options: AdamOptimizerOptions = {}): Optimizer {
  knownOptions<AdamOptimizerOptions>("adam", options, {
    lr: true,
    weightDecay: true,
    beta1: true,
    beta2: true,
    epsilon: true,
  });
  return chain(...optional(options.weightDecay), scaleByAdam(options), scaleByLearningRate(options.lr ?? 0.001));
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019); equals torch.optim.AdamW. */
export function adamw(options: AdamOptimizerOptions = {}): Optimizer {
  knownOptions<AdamOptimizerOptions>("adamw", options, {
    lr: true,
    weightDecay: true,
    beta1: true,
    beta2: true,
    epsilon: true,
  });
  return chain(
    scaleByAdam(options),
    ...optional(options.weightDecay ?? 0.01),
    scaleByLearningRate(options.lr ?? 0.001),
  );
}

export interface RmspropOptions extends RmsOptions {
  /** Default 0.01. */
  readonly lr?: Schedule;
  /** Default 0. */
  readonly momentum?: number;
  /** L2: added to the gradient (default 0). */
  readonly weightDecay?: number;
}

/** RMSprop (Hinton 2012); equals torch.optim.RMSprop. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  knownOptions<RmspropOptions>("rmsprop", options, {
    lr: true,
    momentum: true,
    weightDecay: true,
    decay: true,
    epsilon: true,
    centered: true,
  });
  const momentum = options.momentum ?? 0;
  return chain(
    ...optional(options.weightDecay),
    scaleByRms(options),
    ...(momentum === 0 ? [] : [trace(momentum)]),
    scaleByLearningRate(options.lr ?? 0.01),
  );
}

export interface LionOptimizerOptions extends LionOptions {
  /** Default 0.0001; the paper advises a third to a tenth of Adam's. */
  readonly lr?: Schedule;
  /** Decoupled decay (default 0); the paper advises three to ten times Adam's. */
  readonly weightDecay?: number;
}

/** Lion (Chen et al. 2023, algorithm 2). */
export function lion(options: LionOptimizerOptions = {}): Optimizer {
  knownOptions<LionOptimizerOptions>("lion", options, { lr: true, weightDecay: true, beta1: true, beta2: true });
  return chain(scaleByLion(options), ...optional(options.weightDecay), scaleByLearningRate(options.lr ?? 0.0001));
}

export interface AdafactorOptions {
  /** The largest step relative to a parameter's size, which falls as 1/√step (default 0.01). */
  readonly lr?: Schedule;
  /** Exponent of the means' decay (default -0.8). */
  readonly beta2Decay?: number;
  /** Least root of the mean square (default 2⁻²³), and least size of a parameter (default 0.001). */
  readonly epsilon?: readonly [number, number];
  /** Largest root mean square of an update before it is scaled (default 1). */
  readonly clip?: number;
  /** Decoupled: each step multiplies the parameters by 1 - lr weightDecay (default 0). */
  readonly weightDecay?: number;
}

/**
 * Adafactor (Shazeer and Stern 2018); equals torch.optim.Adafactor, whose authors put epsilon into the final
 * estimate in place of the squares, and whose `lr` bounds the relative step. (Those of transformers and optax differ
 * in both.) PyTorch's default weight decay is 0.01, ours 0.
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  knownOptions<AdafactorOptions>("adafactor", options, {
    lr: true,
    beta2Decay: true,
    epsilon: true,
    clip: true,
    weightDecay: true,
  });
  const { lr = 0.01, beta2Decay = -0.8, epsilon: [least, leastSize] = [2 ** -23, 1e-3], clip = 1 } = options;
  const decay = options.weightDecay ?? 0;
  return chain(
    scaleByFactoredRms({ decay: beta2Decay, epsilon: least, clip }),
    scaleByParameterRms(leastSize),
    scaleByLearningRate((step, progress) => Math.min(rateAt(lr, step, progress), 1 / Math.sqrt(step + 1))),
    ...(decay === 0 ? [] : [subtractDecayedWeights(decay, lr)]),
  );
}
