// The links that optimisers are chained from.
import type { Tensor } from "../graph/node.ts";
import { add, clip, div, max, mul, sign, sqrt, sub } from "../tensor/elementwise.ts";
import { reduceSum } from "../tensor/reductions.ts";
import type { Schedule } from "./schedules.ts";
import { rateAt } from "./schedules.ts";
import type { Transform, TransformInput } from "./transform.ts";
import { stateless, zerosFor } from "./transform.ts";

/** Scales updates by minus the learning rate: the last link. */
export function scaleByLearningRate(lr: Schedule): Transform {
  return stateless(
    "scaleByLearningRate",
    (update, _, [scale]) => scaled(update, scale as Tensor),
    (step, progress) => [-rateAt(lr, step, progress)],
  );
}

/** `update` times a scalar; a scalar that it was multiplied by last takes it along, which saves a pass. */
function scaled(update: Tensor, scale: Tensor): Tensor {
  const [before, own] = update.node.op === "Mul" ? update.node.inputs : [];
  if (before === undefined || own === undefined || own.shape.length > 0) return mul(update, scale);
  return mul(before, mul(own, scale));
}

/**
 * Adds `rate` times the parameter. The place in the chain decides what it means. Before the optimiser's own link it
 * is L2: the penalty's slope becomes part of the gradient, so momentum carries it and adaptive optimisers divide it
 * by their own scale. After that link, before the learning rate, it is decoupled weight decay (Loshchilov and
 * Hutter 2019): every weight shrinks by the factor 1 - lr rate, whatever its gradients were. For plain sgd without
 * momentum the two are the same.
 */
export function addDecayedWeights(rate: number): Transform {
  return stateless("addDecayedWeights", (update, parameter) =>
    rate === 0 ? update : add(update, mul(parameter, rate)),
  );
}

/** Limits every element of the updates to [-limit, limit] (as PyTorch's clip_grad_value_). */
export function clipByValue(limit: number): Transform {
  return stateless(`clipByValue(${limit})`, (update) => clip(update, -limit, limit));
}

/** Scales all updates together so that their norm is at most `limit` (as PyTorch's clip_grad_norm_). */
export function clipByNorm(limit: number): Transform {
  return Object.freeze({
    name: `clipByNorm(${limit})`,
    joinable: true,
    init: () => [],
    scalars: () => [],
    update({ updates }: TransformInput) {
      const squares = updates.map((update) => reduceSum(mul(update, update)));
      const norm = sqrt(squares.reduce((a, b) => add(a, b)));
      // min(1, limit / (norm + 1e-6)) without a branch.
      const scale = div(limit, max(add(norm, 1e-6), limit));
      return { updates: updates.map((update) => mul(update, scale)), state: [] };
    },
  });
}

/** Momentum (Polyak 1964): b ← momentum b + g; with `nesterov` the update is g + momentum b. */
export function trace(momentum: number, nesterov = false): Transform {
  return Object.freeze({
    name: `trace(${momentum})`,
    joinable: true,
    init: zerosFor,
    scalars: () => [],
    update({ updates, state }: TransformInput) {
      const next = updates.map((update, i) => add(mul(state[i] as Tensor, momentum), update));
      return {
        updates: nesterov ? updates.map((update, i) => add(update, mul(next[i] as Tensor, momentum))) : next,
        state: next,
      };
    },
  });
}

export interface AdamOptions {
  /** Decay of the first moment (default 0.9). */
  readonly beta1?: number;
  /** Decay of the second moment (default 0.999). */
  readonly beta2?: number;
  /** Added to the root of the second moment (default 1e-8). */
  readonly epsilon?: number;
}

/** Bias-corrected first moment over the root of the second (Kingma and Ba 2015). */
export function scaleByAdam(options: AdamOptions = {}): Transform {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return Object.freeze({
    name: "scaleByAdam",
    joinable: true,
    init: (parameters) => [...zerosFor(parameters), ...zerosFor(parameters)],
    // The state holds m/(1 - β1) and v/(1 - β2), which save a pass each. With c = 1 - β^(step + 1) the update
    // m/c1 / (√v/√c2 + ε) is then (√c2/c1) (1 - β1)/√(1 - β2) m / (√v + ε √(c2/(1 - β2))): two numbers a step.
    scalars(step) {
      const root = Math.sqrt((1 - beta2 ** (step + 1)) / (1 - beta2));
      return [(root * (1 - beta1)) / (1 - beta1 ** (step + 1)), epsilon * root];
    },
    update({ updates, state, scalars }: TransformInput) {
      const [scale, shift] = scalars as readonly [Tensor, Tensor];
      const count = updates.length;
      const first = updates.map((g, i) => add(mul(state[i] as Tensor, beta1), g));
      const second = updates.map((g, i) => add(mul(state[count + i] as Tensor, beta2), mul(g, g)));
      return {
        updates: first.map((m, i) => mul(div(m, add(sqrt(second[i] as Tensor), shift)), scale)),
        state: [...first, ...second],
      };
    },
  } satisfies Transform);
}

export interface RmsOptions {
  /** Decay of the mean square (default 0.99). */
  readonly decay?: number;
  /** Added to the root (default 1e-8). */
  readonly epsilon?: number;
  /** Subtract the squared mean, so that the root is of the variance (default false; Graves 2013). */
  readonly centered?: boolean;
}

/** The gradient over the root of its mean square (Hinton 2012), as torch.optim.RMSprop. */
export function scaleByRms(options: RmsOptions = {}): Transform {
  const { decay = 0.99, epsilon = 1e-8, centered = false } = options;
  const follow = (mean: Tensor, value: Tensor): Tensor => add(mul(mean, decay), mul(value, 1 - decay));
  return Object.freeze({
    name: "scaleByRms",
    joinable: true,
    init: (parameters) => (centered ? [...zerosFor(parameters), ...zerosFor(parameters)] : zerosFor(parameters)),
    scalars: () => [],
    update({ updates, state }: TransformInput) {
      const squares = updates.map((g, i) => follow(state[i] as Tensor, mul(g, g)));
      const means = centered ? updates.map((g, i) => follow(state[updates.length + i] as Tensor, g)) : [];
      const spread = (i: number): Tensor => {
        const [square, mean] = [squares[i] as Tensor, means[i]];
        return sqrt(mean === undefined ? square : sub(square, mul(mean, mean)));
      };
      return { updates: updates.map((g, i) => div(g, add(spread(i), epsilon))), state: [...squares, ...means] };
    },
  } satisfies Transform);
}

export interface LionOptions {
  /** Weight of the momentum in the update (default 0.9). */
  readonly beta1?: number;
  /** Decay of the momentum (default 0.99). */
  readonly beta2?: number;
}

/** The sign of a mix of momentum and gradient (Chen et al. 2023, algorithm 2). */
export function scaleByLion(options: LionOptions = {}): Transform {
  const { beta1 = 0.9, beta2 = 0.99 } = options;
  const mix = (m: Tensor, g: Tensor, share: number): Tensor => add(mul(m, share), mul(g, 1 - share));
  return Object.freeze({
    name: "scaleByLion",
    joinable: true,
    init: zerosFor,
    scalars: () => [],
    update: ({ updates, state }: TransformInput) => ({
      updates: updates.map((g, i) => sign(mix(state[i] as Tensor, g, beta1))),
      state: updates.map((g, i) => mix(state[i] as Tensor, g, beta2)),
    }),
  } satisfies Transform);
}
