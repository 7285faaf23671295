// The famous names: each an alias for a chain of links.
import type { AdamOptions, Schedule } from "./links.ts";
import { addDecayedWeights, scaleByAdam, scaleByLearningRate, trace } from "./links.ts";
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
  return chain(...optional(options.weightDecay), scaleByAdam(options), scaleByLearningRate(options.lr ?? 0.001));
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019); equals torch.optim.AdamW. */
export function adamw(options: AdamOptimizerOptions = {}): Optimizer {
  return chain(
    scaleByAdam(options),
    ...optional(options.weightDecay ?? 0.01),
    scaleByLearningRate(options.lr ?? 0.001),
  );
}
