// The options of fit and their checks.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { DataOf, LayerInput, LayerOutput, Parameters } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optim/transform.ts";
import type { Provider } from "../runtime/session.ts";
import type { Examples } from "./data/examples.ts";
import type { TrainingData } from "./data/source.ts";

/** A figure on the validation examples, computed by the host: predictions (the network's raw output) and targets. */
export type Metric<Y extends LayerOutput = Tensor, T extends LayerInput = Tensor> = (
  prediction: DataOf<Y>,
  target: DataOf<T>,
) => number;

/** Which epoch counts as the best. */
export interface Monitor {
  /** "loss" (default) or the name of a metric, on the validation examples. */
  readonly monitor?: string;
  /** Whether less ("min", default) or more ("max") is better. */
  readonly mode?: "min" | "max";
  /** How much better a figure must be to count (default 0). */
  readonly minDelta?: number;
}

export interface EarlyStopping extends Monitor {
  /** Epochs without a better figure before the training stops. */
  readonly patience: number;
}

export interface CheckpointOptions {
  /** A file, replaced whole each time (Node only), or a function that keeps the bytes. */
  readonly to: string | ((bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>);
  /** Epochs between two checkpoints (default 1). */
  readonly everyEpochs?: number;
  /** Steps between two checkpoints inside an epoch, counted up to the end of a run of the engine (default: none). */
  readonly everySteps?: number;
}

export interface FitOptions<Y extends LayerOutput = Tensor, T extends LayerInput = Tensor> {
  /**
   * Whole arrays, a source that is asked for batches in `fit`'s order, or a stream in an order of its own. What the next
   * run of the engine is fed is prepared while the last one is in flight, over the ends of epochs, too.
   */
  readonly data: TrainingData;
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
  /** Goes through all epochs and gives back the best one's weights. Needs validation examples. */
  readonly bestWeights?: Monitor;
  /**
   * Keeps the training's whole state after every epoch, at what else is asked for, and when the signal stops it.
   * The short form is a file's path.
   */
  readonly checkpoint?: string | CheckpointOptions;
  /**
   * A checkpoint to go on from: a file's path (Node only) or its bytes. With the same options the curve is the one
   * that a training without the break has, bit for bit; `epochs` counts from the training's first start.
   */
  readonly resume?: string | Uint8Array | undefined;
  /** Stops the training: `result` then fails with `training-aborted`. A checkpoint is left when they are kept. */
  readonly signal?: AbortSignal;
  /**
   * Whether the engine runs in a worker thread (Node only). Then a run does not block JavaScript's thread: the next
   * batches are prepared, requests answered and signals heard while it computes. Default: true where `data` is a source
   * or a stream, false for whole arrays.
   */
  readonly worker?: boolean;
  /**
   * Threads inside one operator, at most: a step of small products runs on one, where it is faster. Default 1; 0 allows
   * as many as there are cores.
   */
  readonly threads?: number;
  /**
   * Execution providers in order of preference, as for a session. Default ["cpu"]. On others two steps are compared
   * with the CPU's first; the training stops with `provider-disagrees` when they differ.
   */
  readonly providers?: readonly Provider[];
  /**
   * How gradients that can be written in several ways (convolutions, pools) are: as a model of their time expects to
   * be fastest ("model", default), or as they were timed on this machine ("measured"): some seconds before the first
   * step of a network's first training, kept in the user's cache folder under Node. A resumed training goes on with the
   * choices of its checkpoint, whatever the times now are.
   */
  readonly formulations?: "model" | "measured";
  /** Parameters to start from in place of the network's own. */
  readonly parameters?: Parameters;
  /**
   * Most steps that one run of the engine takes at once; 1 gives every step as soon as it is done. Default: as many as
   * hold about 20 ms of products and whose batches take 64 MiB, from 1 to 64. Up to three runs' batches are in memory.
   */
  readonly stepsPerRun?: number;
  /** Whether the order of the examples changes every epoch (default true). A stream has its own order. */
  readonly shuffle?: boolean;
}

/** Options that have a default. */
type Defaulted = "batchSize" | "seed" | "shuffle" | "threads" | "providers" | "formulations";

/**
 * The options, checked, with their defaults. From here on one tensor and several by name are treated alike: the
 * options' type has checked that they fit.
 */
export type Settings = FitOptions<LayerOutput, LayerInput> & Required<Pick<FitOptions, Defaulted>>;

function refuse(message: string, fix: string): NnError {
  return new NnError("training-option-invalid", message, fix);
}

/** Throws `training-option-invalid`. */
export function settingsOf<Y extends LayerOutput, T extends LayerInput>(options: FitOptions<Y, T>): Settings {
  checkOptions(options);
  return {
    ...(options as unknown as FitOptions<LayerOutput, LayerInput>),
    batchSize: options.batchSize ?? 32,
    seed: options.seed ?? 0,
    shuffle: options.shuffle ?? true,
    threads: options.threads ?? 1,
    providers: options.providers ?? ["cpu"],
    formulations: options.formulations ?? "model",
  };
}

function checkOptions<Y extends LayerOutput, T extends LayerInput>(options: FitOptions<Y, T>): void {
  knownOptions<FitOptions<Y, T>>("fit", options, {
    data: true,
    validation: true,
    loss: true,
    optimizer: true,
    batchSize: true,
    epochs: true,
    seed: true,
    metrics: true,
    earlyStopping: true,
    bestWeights: true,
    checkpoint: true,
    resume: true,
    signal: true,
    worker: true,
    threads: true,
    providers: true,
    formulations: true,
    parameters: true,
    stepsPerRun: true,
    shuffle: true,
  });
  checkParts(options);
  const whole = { batchSize: options.batchSize ?? 32, epochs: options.epochs, stepsPerRun: options.stepsPerRun ?? 1 };
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw refuse(`${name} is ${value}.`, `Give ${name} as a whole number of 1 or more.`);
    }
  }
  if (options.seed !== undefined && !Number.isFinite(options.seed)) {
    throw refuse(`seed is ${options.seed}.`, "Give the seed as a finite number.");
  }
  checkCheckpoints(options.checkpoint);
  const { earlyStopping, bestWeights, formulations = "model", optimizer } = options;
  for (const name of ["worker", "shuffle"] as const) {
    if (typeof (options[name] ?? true) !== "boolean")
      throw refuse(`${name} is ${JSON.stringify(options[name])}.`, `Give ${name} as true or false.`);
  }
  if (formulations !== "model" && formulations !== "measured")
    throw refuse(`formulations is ${JSON.stringify(formulations)}.`, 'Give "model" or "measured".');
  // The first step's numbers, so that a learning rate that is none fails before the training.
  optimizer.scalars(0);
  const monitored = { monitor: true, mode: true, minDelta: true } as const;
  if (bestWeights !== undefined) knownOptions<Monitor>("bestWeights", bestWeights, monitored);
  if (earlyStopping !== undefined)
    knownOptions<EarlyStopping>("earlyStopping", earlyStopping, { ...monitored, patience: true });
  const watched = earlyStopping ?? bestWeights;
  if (watched === undefined) return;
  const which = earlyStopping === undefined ? "bestWeights" : "earlyStopping";
  if (earlyStopping !== undefined && bestWeights !== undefined) {
    throw refuse("earlyStopping and bestWeights are both given.", "Leave out bestWeights: early stopping keeps them.");
  }
  if (options.validation === undefined) {
    throw refuse(`${which} needs validation examples.`, `Pass \`validation\`, or leave ${which} out.`);
  }
  const monitor = watched.monitor ?? "loss";
  if (monitor !== "loss" && !Object.hasOwn(options.metrics ?? {}, monitor)) {
    throw refuse(
      `${which} monitors ${JSON.stringify(monitor)}, which is no metric.`,
      'Use "loss" or a name in `metrics`.',
    );
  }
  if (earlyStopping !== undefined && (!Number.isSafeInteger(earlyStopping.patience) || earlyStopping.patience < 1)) {
    throw refuse(`patience is ${earlyStopping.patience}.`, "Give patience as a whole number of epochs, 1 or more.");
  }
}

/** The parts that every training has: a mistake that a type would show, in words. */
function checkParts<Y extends LayerOutput, T extends LayerInput>({ data, loss, optimizer }: FitOptions<Y, T>): void {
  if (typeof data !== "object" || data === null || !("inputs" in data || "batch" in data || "batches" in data))
    throw refuse("fit has no data to train on.", "Give `data`: { inputs, target }, a source or a stream.");
  if (typeof loss !== "function")
    throw refuse("fit has no loss.", "Give `loss`, for example crossEntropy(), or a function that returns a scalar.");
  if (typeof optimizer === "function")
    throw refuse(
      `optimizer is the function ${(optimizer as { name: string }).name} itself.`,
      "Call it, as in adamw().",
    );
  if (typeof optimizer?.update !== "function" || typeof optimizer.scalars !== "function")
    throw refuse("fit has no optimizer.", "Give `optimizer`, for example adamw({ lr: 0.001 }).");
}

function checkCheckpoints(checkpoint: FitOptions["checkpoint"]): void {
  if (checkpoint === undefined || typeof checkpoint === "string") return;
  knownOptions<CheckpointOptions>("checkpoint", checkpoint, { to: true, everyEpochs: true, everySteps: true });
  if (typeof checkpoint.to !== "string" && typeof checkpoint.to !== "function")
    throw refuse("checkpoint.to is neither a path nor a function.", "Give a file's path, or what keeps the bytes.");
  for (const name of ["everyEpochs", "everySteps"] as const) {
    const value = checkpoint[name] ?? 1;
    if (!Number.isSafeInteger(value) || value < 1)
      throw refuse(`checkpoint.${name} is ${value}.`, `Give ${name} as a whole number of 1 or more.`);
  }
}
