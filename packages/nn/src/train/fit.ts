// The training loop: an async iterable of events with a promise of the trained model.

import { createSession, startEngine } from "#session";
import { NnError } from "../errors.ts";
import { chooseByModel } from "../grad/formulations/choice.ts";
import { keepChoices } from "../grad/formulations/keep-choices.ts";
import type { Tensor } from "../graph/node.ts";
import type { Layer, LayerInput, LayerOutput, ShapeOf } from "../layers/layer.ts";
import type { NamedParameter } from "../layers/parameters.ts";
import { listParameters, replaceParameters } from "../layers/parameters.ts";
import type { Rng } from "../layers/rng.ts";
import { rng } from "../layers/rng.ts";
import { formatShape, sameShape } from "../shape.ts";
import { runAhead } from "./ahead.ts";
import { blockSize, hasConvolutions } from "./block-size.ts";
import { checkProviders } from "./check-providers.ts";
import type { Identity } from "./checkpoint.ts";
import { checkPlace, createCheckpoints, resume } from "./checkpoints.ts";
import type { NamedExamples } from "./data.ts";
import { nameExamples, networkInputShape, typesOf } from "./data.ts";
import type { Evaluator, OpenSession } from "./evaluate.ts";
import { createEvaluator } from "./evaluate.ts";
import type { EventStream, FitEvent } from "./events.ts";
import { eventStream } from "./events.ts";
import { forwardPass } from "./forward.ts";
import { checkedRuns, checkIndices, indexRanges } from "./index-ranges.ts";
import { atStart, runEpochs } from "./loop.ts";
import { measuredChoice } from "./measured-choice.ts";
import type { TrainedModel } from "./model.ts";
import { trainedModel } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { checkOptions } from "./options.ts";
import type { Runs } from "./run.ts";
import { openRuns } from "./runs.ts";
import type { StepPlan } from "./step.ts";
import { createStepper } from "./stepper.ts";
import { stepsPerRunOf } from "./steps-per-run.ts";
import { layoutOf } from "./vector.ts";

/** A training under way. Leaving the iteration early does not stop it: that is the signal's work. */
export interface Fit<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor> extends AsyncIterable<FitEvent> {
  /** The trained model, or the error that the training ended with. */
  readonly result: Promise<TrainedModel<X, Y>>;
}

/**
 * Trains `net`. The training starts by itself; events go to those who iterate from the start. Same options,
 * seed, machine and thread count: same curve. Errors: `training-option-invalid`, `training-data-invalid`,
 * `training-source-failed`, `training-aborted`, `loss-not-finite` (also for the validation examples), `file-unwritable`, `checkpoint-invalid`, `checkpoint-mismatch`, `provider-disagrees`, and what building or running the
 * graph throws.
 */
export function fit<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor, T extends LayerInput = Tensor>(
  net: Layer<X, Y>,
  options: FitOptions<Y, T>,
): Fit<X, Y> {
  const stream = eventStream<FitEvent>();
  // Begun in a later turn, so that a reader who starts at once misses nothing.
  const result = new Promise<void>((resolve) => setTimeout(resolve, 0))
    .then(() => train(net, options, stream))
    .then(
      (model) => {
        stream.end();
        return model;
      },
      (error: unknown) => {
        stream.end(error);
        throw error;
      },
    );
  // Whoever only iterates gets the error there; the promise must not count as unhandled.
  result.catch(() => {});
  return { result, [Symbol.asyncIterator]: () => stream.read() };
}

async function train<X extends LayerInput, Y extends LayerOutput, T extends LayerInput>(
  net: Layer<X, Y>,
  given: FitOptions<Y, T>,
  stream: EventStream<FitEvent>,
): Promise<TrainedModel<X, Y>> {
  checkOptions(given);
  // From here on one tensor and several by name are treated alike; `given` has checked that the types fit.
  const options = given as unknown as FitOptions<LayerOutput, LayerInput>;
  const validation = options.validation && nameExamples(options.validation, "validation data");
  const random = rng(options.seed ?? 0);
  const { batchSize = 32, shuffle = true, epochs } = options;
  const ended = new AbortController();
  const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
  // The thread starts while the first examples are made.
  const engine = inWorker(options) ? startEngine?.() : undefined;
  let runs: Runs | undefined;
  try {
    runs = await openRuns(options.data, { batchSize, epochs, shuffle, random, signal });
    const open = engine?.createSession ?? createSession;
    return await trainOn(net, options, { runs, validation, random, stream, open, ended });
  } finally {
    ended.abort();
    await runs?.close();
    await engine?.close();
  }
}

interface Prepared {
  readonly runs: Runs;
  readonly validation: NamedExamples | undefined;
  readonly random: Rng;
  readonly stream: EventStream<FitEvent>;
  /** Opens the sessions that train and evaluate. */
  readonly open: OpenSession;
  /** Aborted at the end, so that a source that waits for something stops. */
  readonly ended: AbortController;
}

async function trainOn<X extends LayerInput, Y extends LayerOutput>(
  net: Layer<X, Y>,
  options: FitOptions<LayerOutput, LayerInput>,
  { runs, validation, random, stream, open, ended }: Prepared,
): Promise<TrainedModel<X, Y>> {
  const { types, count } = runs;
  const shape = networkInputShape(types) as ShapeOf<X>;
  const parameters = options.parameters ?? net.init(shape, random.fork("init"));
  const named = listParameters(parameters);
  if (options.parameters !== undefined) checkParameters(named, listParameters(net.init(shape, random.fork("init"))));
  const { threads = 1, providers = ["cpu"] } = options;
  const modelled: StepPlan = {
    net: net as unknown as Layer<LayerInput, LayerOutput>,
    parameters,
    layout: layoutOf(named, options.optimizer.joinable),
    loss: options.loss,
    optimizer: options.optimizer,
    arrays: types,
    block: hasConvolutions(parameters) ? await blockSize(createSession, providers) : undefined,
  };
  const { batchSize = 32 } = options;
  await checkPlace(options.checkpoint);
  const ranges = indexRanges(forwardPass(modelled, Math.min(batchSize, count ?? batchSize)).loss);
  const isWhole = "inputs" in options.data;
  if (isWhole) checkIndices(runs.sample.arrays, ranges, { examples: "training" });
  if (validation !== undefined) checkIndices(validation.arrays, ranges, { examples: "validation" });
  const identity: Identity = {
    network: net.name,
    seed: options.seed ?? 0,
    batchSize,
    examples: count ?? 0,
    shuffle: options.shuffle ?? true,
    optimizer: options.optimizer.name,
  };
  const resumed = options.resume === undefined ? undefined : await resume(options.resume, named, identity);
  const start = resumed?.standing ?? atStart;
  const sessionOptions = { threads, providers };
  const size = Math.min(batchSize, count ?? batchSize);
  const choose =
    options.formulations === "measured"
      ? await measuredChoice(modelled, size, createSession, threads, resumed?.choices)
      : chooseByModel;
  const kept = keepChoices(choose, resumed?.choices);
  const plan: StepPlan = { ...modelled, choose: kept.choose };
  const dropout = random.fork("dropout");
  await checkProviders(plan, runs.sample, dropout, batchSize, sessionOptions);
  const stepper = createStepper(plan, dropout, open, sessionOptions, resumed?.state);
  const left = runs.from(start, options.stepsPerRun ?? stepsPerRunOf(plan, batchSize));
  const ahead = runAhead(isWhole || ranges.length === 0 ? left : checkedRuns(left, ranges, start));
  let evaluator: Evaluator | undefined;
  try {
    evaluator =
      validation &&
      (await createEvaluator({ ...plan, arrays: typesOf(validation) }, validation, batchSize, open, sessionOptions));
    const { values, history, bestEpoch } = await runEpochs({
      plan,
      options,
      runs,
      ahead,
      validation,
      stepper,
      evaluator,
      stream,
      checkpoints: createCheckpoints(options.checkpoint, stepper, named, identity, stream, kept.made),
      start,
    });
    return trainedModel(net, replaceParameters(parameters, values), types, history, bestEpoch, createSession);
  } finally {
    ended.abort();
    await Promise.all([ahead.close(), stepper.close(), evaluator?.close()]);
  }
}

/** Throws `training-option-invalid` where parameters are not of the network's names and shapes. */
function checkParameters(given: readonly NamedParameter[], own: readonly NamedParameter[]): void {
  const shapes = new Map(given.map(({ path, value }) => [path, value.shape] as const));
  for (const { path, value } of own) {
    const shape = shapes.get(path);
    if (shape !== undefined && sameShape(shape, value.shape)) continue;
    const wanted = formatShape(value.shape);
    throw new NnError(
      "training-option-invalid",
      shape === undefined
        ? `parameters has no ${path} ${wanted}, which the network has.`
        : `parameters has ${path} of shape ${formatShape(shape)}; the network's has ${wanted}.`,
      "Give the parameters of this network, for example those of a model that was trained with it.",
    );
  }
}

/** Whether the engine is to run in a thread of its own. Throws `training-option-invalid`. */
function inWorker({ worker, data }: FitOptions<LayerOutput, LayerInput>): boolean {
  if (worker === true && startEngine === undefined) {
    throw new NnError(
      "training-option-invalid",
      "worker is true, but a page has no thread for the engine alone.",
      "Leave the option out, or run `fit` as a whole in a Web Worker of the page.",
    );
  }
  return worker ?? !("inputs" in data);
}
