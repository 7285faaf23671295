// Learning rates as functions of the step, which counts from 0, and of what the loop has seen.
import type { Progress } from "./transform.ts";
import { beginning } from "./transform.ts";

/** A constant learning rate, or one that depends on the step, which counts from 0, and on the epochs seen. */
export type Schedule = number | ((step: number, progress: Progress) => number);

/** The rate of a schedule at a step. */
export function rateAt(schedule: Schedule, step: number, progress: Progress = beginning): number {
  return typeof schedule === "number" ? schedule : schedule(step, progress);
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
export function stepDecay({ initial, every, factor = 0.1 }: StepDecayOptions): StepSchedule {
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
export function cosineDecay({ initial, steps, end = 0 }: CosineDecayOptions): StepSchedule {
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
