// The links that optimisers are chained from.
import type { Tensor } from "../graph/node.ts";
import { add, div, max, mul, sqrt } from "../tensor/elementwise.ts";
import { reduceSum } from "../tensor/matrices.ts";
import type { Transform, TransformInput } from "./transform.ts";
import { stateless, zerosFor } from "./transform.ts";

/** A learning rate, or one that depends on the step, which counts from 0. */
export type Schedule = number | ((step: number) => number);

/** Scales updates by minus the learning rate: the last link. */
export function scaleByLearningRate(lr: Schedule): Transform {
  const rate = typeof lr === "number" ? () => lr : lr;
  return stateless(
    "scaleByLearningRate",
    (update, _, [scale]) => mul(update, scale as Tensor),
    (step) => [-rate(step)],
  );
}

/** Adds `rate` times the parameter: before the optimiser's own link it is L2, after it decoupled weight decay. */
export function addDecayedWeights(rate: number): Transform {
  return stateless("addDecayedWeights", (update, parameter) =>
    rate === 0 ? update : add(update, mul(parameter, rate)),
  );
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
    // m/c1 / (√v/√c2 + ε) is (√c2/c1) m / (√v + ε √c2): two numbers a step, one pass less over the parameters.
    scalars(step) {
      const root = Math.sqrt(1 - beta2 ** (step + 1));
      return [root / (1 - beta1 ** (step + 1)), epsilon * root];
    },
    update({ updates, state, scalars }: TransformInput) {
      const [scale, shift] = scalars as readonly [Tensor, Tensor];
      const count = updates.length;
      const first = updates.map((g, i) => add(mul(state[i] as Tensor, beta1), mul(g, 1 - beta1)));
      const second = updates.map((g, i) => add(mul(state[count + i] as Tensor, beta2), mul(mul(g, 1 - beta2), g)));
      return {
        updates: first.map((m, i) => mul(div(m, add(sqrt(second[i] as Tensor), shift)), scale)),
        state: [...first, ...second],
      };
    },
  } satisfies Transform);
}
