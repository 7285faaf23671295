// The options of fit and their checks.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { DataOf, LayerInput, LayerOutput, Parameters } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optim/transform.ts";
import type { Examples } from "./data.ts";

/** A figure on the validation examples, computed by the host: predictions (the network's raw output) and targets. */
export type Metric<Y extends LayerOutput = Tensor, T extends LayerInput = Tensor> = (
  prediction: DataOf<Y>,
  target: DataOf<T>,
) => number;

export interface EarlyStopping {
  /** "loss" (default) or the name of a metric, on the validation examples. */
  readonly monitor?: string;
  /** Whether less ("min", default) or more ("max") is better. */
  readonly mode?: "min" | "max";
  /** Epochs without a better figure before the training stops. */
  readonly patience: number;
  /** How much better a figure must be to count (default 0). */
  readonly minDelta?: number;
}

export interface FitOptions<Y extends LayerOutput = Tensor, T extends LayerInput = Tensor> {
  readonly data: Examples;
  readonly validation?: Examples;
  readonly loss: Loss<Y, T>;
  readonly optimizer: Optimizer;
  /** Examples a step; the last batch of an epoch may be smaller. Default 32. */
  readonly batchSize?: number;
  readonly epochs: number;
  /** Decides initial parameters, order of examples and dropout. Default 0. */
  readonly seed?: number;
  readonly metrics?: Readonly<Record<string, Metric<Y, T>>>;
  /** Stops early and gives back the best epoch's weights. Needs validation examples. */
  readonly earlyStopping?: EarlyStopping;
  /** Stops the training: `result` then fails with `training-aborted`. */
  readonly signal?: AbortSignal;
  /** Threads inside one operator. Default 1. */
  readonly threads?: number;
  /** Parameters to start from in place of the network's own. */
  readonly parameters?: Parameters;
  /** Most steps that one run of the engine takes at once (default 32); 1 gives every step as soon as it is done. */
  readonly stepsPerRun?: number;
  /** Whether the order of the examples changes every epoch (default true). */
  readonly shuffle?: boolean;
}

function refuse(message: string, fix: string): NnError {
  return new NnError("training-option-invalid", message, fix);
}

/** Throws `training-option-invalid`. */
export function checkOptions<Y extends LayerOutput, T extends LayerInput>(options: FitOptions<Y, T>): void {
  const whole = { batchSize: options.batchSize ?? 32, epochs: options.epochs, stepsPerRun: options.stepsPerRun ?? 32 };
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw refuse(`${name} is ${value}.`, `Give ${name} as a whole number of 1 or more.`);
    }
  }
  if (options.seed !== undefined && !Number.isFinite(options.seed)) {
    throw refuse(`seed is ${options.seed}.`, "Give the seed as a finite number.");
  }
  const stopping = options.earlyStopping;
  if (stopping === undefined) return;
  if (options.validation === undefined) {
    throw refuse("earlyStopping needs validation examples.", "Pass `validation`, or leave earlyStopping out.");
  }
  const monitor = stopping.monitor ?? "loss";
  if (monitor !== "loss" && !Object.hasOwn(options.metrics ?? {}, monitor)) {
    throw refuse(
      `earlyStopping monitors ${JSON.stringify(monitor)}, which is no metric.`,
      'Use "loss" or a name in `metrics`.',
    );
  }
  if (!Number.isSafeInteger(stopping.patience) || stopping.patience < 1) {
    throw refuse(`patience is ${stopping.patience}.`, "Give patience as a whole number of epochs, 1 or more.");
  }
}
