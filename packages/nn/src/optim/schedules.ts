// Learning rates as functions of the step, which counts from 0, and of what the loop has seen.
import { NnError } from "../errors.ts";
import { knownOptions } from "../known-options.ts";
import type { Progress } from "./transform.ts";
import { beginning } from "./transform.ts";

/** A constant learning rate, or one that depends on the step, which counts from 0, and on the epochs seen. */
export type Schedule = number | ((step: number, progress: Progress) => number);

/** The rate of a schedule at a step; throws `training-option-invalid` where it is not a number of 0 or more. */
export function rateAt(schedule: Schedule, step: number, progress: Progress = beginning): number {
  const rate: unknown = typeof schedule === "function" ? schedule(step, progress) : schedule;
  if (typeof rate === "number" && rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate;
  const from = typeof schedule === "function" ? `The schedule${schedule.name && ` ${schedule.name}`} gave` : "lr is";
  throw new NnError(
    "training-option-invalid",
    `${from} ${typeof rate === "string" ? JSON.stringify(rate) : String(rate)} as the learning rate of step ${step + 1}.`,
    "Give a finite number of 0 or more, or a schedule that gives one at every step.",
  );
}

type StepSchedule = (step: number) => number;

export interface StepDecayOptions {
  readonly initial: number;
  /** Steps between two drops. */
  readonly every: number;
  /** What a drop multiplies the rate by (default 0.1). */
  readonly factor?: number;
}

/** Drops by a factor every so many steps, as torch's StepLR. */
export function stepDecay(options: StepDecayOptions): StepSchedule {
  knownOptions<StepDecayOptions>("stepDecay", options, { initial: true, every: true, factor: true });
  const { initial, every, factor = 0.1 } = options;
  return (step) => initial * factor ** Math.floor(step / every);
}

export interface CosineDecayOptions {
  readonly initial: number;
  /** Steps until the end is reached; the rate stays there. */
  readonly steps: number;
  /** The rate at the end (default 0). */
  readonly end?: number;
}

/** Half a cosine from `initial` down to `end` (Loshchilov and Hutter 2017), as torch's CosineAnnealingLR. */
export function cosineDecay(options: CosineDecayOptions): StepSchedule {
  knownOptions<CosineDecayOptions>("cosineDecay", options, { initial: true, steps: true, end: true });
  const { initial, steps, end = 0 } = options;
  return (step) => end + (initial - end) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / Math.max(1, steps))));
}

/** A linear rise over `steps` steps to the first rate of `then`, which goes on from its own step 0. */
export function warmup(steps: number, then: Schedule): Schedule {
  return (step, progress) =>
    step < steps ? (rateAt(then, 0, progress) * (step + 1)) / steps : rateAt(then, step - steps, progress);
}

export interface WarmupCosineOptions {
  /** The highest rate, reached after the warm-up. */
  readonly peak: number;
  /** All steps of the training. */
  readonly steps: number;
  /** Steps of linear rise from 0 (default 0). */
  readonly warmup?: number;
  /** The rate at the end (default 0). */
  readonly end?: number;
}

/** A linear rise, then half a cosine down to `end`. */
export function warmupCosine(options: WarmupCosineOptions): StepSchedule {
  knownOptions<WarmupCosineOptions>("warmupCosine", options, { peak: true, steps: true, warmup: true, end: true });
  const { peak, steps, warmup: rise = 0, end = 0 } = options;
  const fall = cosineDecay({ initial: peak, steps: steps - rise, end });
  return (step) => (step < rise ? (peak * (step + 1)) / rise : fall(step - rise));
}

export interface OneCycleOptions {
  readonly peak: number;
  /** All steps of the training. */
  readonly steps: number;
  /** Share of the steps in which the rate rises (default 0.3). */
  readonly rise?: number;
  /** The first rate is the peak over this (default 25). */
  readonly startDivisor?: number;
  /** The last rate is the first over this (default 10,000). */
  readonly endDivisor?: number;
}

/** Up to the peak and down below the start, both as half a cosine (Smith and Topin 2018); torch's OneCycleLR. */
export function oneCycle(options: OneCycleOptions): StepSchedule {
  knownOptions<OneCycleOptions>("oneCycle", options, {
    peak: true,
    steps: true,
    rise: true,
    startDivisor: true,
    endDivisor: true,
  });
  const { peak, steps, rise = 0.3, startDivisor = 25, endDivisor = 1e4 } = options;
  const start = peak / startDivisor;
  const top = rise * steps - 1;
  const between = (from: number, to: number, share: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * Math.min(1, share)));
  return (step) =>
    step <= top
      ? between(start, peak, step / top)
      : between(peak, start / endDivisor, (step - top) / (steps - 1 - top));
}

export interface PlateauOptions {
  readonly initial: number;
  /** "loss" (default) or the name of a metric: on the validation examples, or the training loss without them. */
  readonly monitor?: string;
  /** Whether less ("min", default) or more ("max") is better. */
  readonly mode?: "min" | "max";
  /** What a drop multiplies the rate by (default 0.1). */
  readonly factor?: number;
  /** Epochs without a better figure that are let pass before a drop (default 10). */
  readonly patience?: number;
  /** Share of the best figure by which another must be better to count (default 1e-4). */
  readonly threshold?: number;
  /** Epochs after a drop that do not count (default 0). */
  readonly cooldown?: number;
  /** The lowest rate (default 0). */
  readonly minimum?: number;
}

/**
 * Drops when the monitored figure has stopped getting better, as torch's ReduceLROnPlateau stepped once an epoch.
 * The loop hands over every ended epoch's figures; the rate is a pure function of them, so a resumed training,
 * which has them in its history, goes on with the same rate.
 */
export function plateau(options: PlateauOptions): Schedule {
  knownOptions<PlateauOptions>("plateau", options, {
    initial: true,
    monitor: true,
    mode: true,
    factor: true,
    patience: true,
    threshold: true,
    cooldown: true,
    minimum: true,
  });
  const { initial, monitor = "loss", mode = "min", factor = 0.1, patience = 10 } = options;
  const { threshold = 1e-4, cooldown = 0, minimum = 0 } = options;
  return (_, { epochs }) => {
    let rate = initial;
    let best = mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    let bad = 0;
    let resting = 0;
    for (const { loss, validation } of epochs) {
      const value = validation === undefined && monitor === "loss" ? loss : (validation?.[monitor] ?? Number.NaN);
      const better = mode === "min" ? value < best * (1 - threshold) : value > best * (1 + threshold);
      // The first figure is better than none, whatever its sign.
      if (better || (!Number.isFinite(best) && Number.isFinite(value))) [best, bad] = [value, 0];
      else bad++;
      if (resting > 0) [resting, bad] = [resting - 1, 0];
      if (bad > patience) {
        rate = Math.max(rate * factor, minimum);
        [resting, bad] = [cooldown, 0];
      }
    }
    return rate;
  };
}
