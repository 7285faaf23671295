// The training loop: an async iterable of events with a promise of the trained model.
import { createSession } from "#session";
import type { Tensor } from "../graph/node.ts";
import type { Layer, LayerInput, LayerOutput } from "../layers/layer.ts";
import { rng } from "../layers/rng.ts";
import { checkProviders } from "./check-providers.ts";
import { openCheckpoints } from "./checkpoint/checkpoints.ts";
import { chooseFormulations } from "./choose-formulations.ts";
import { checkedData } from "./data/index-ranges.ts";
import { openData } from "./data/open.ts";
import { prefetch } from "./data/prefetch.ts";
import { openEngine } from "./engine.ts";
import { createEvaluator } from "./evaluate.ts";
import type { EventStream, FitEvent } from "./events.ts";
import { eventStream } from "./events.ts";
import { forwardPass } from "./forward.ts";
import { runEpochs } from "./loop.ts";
import type { TrainedModel } from "./model.ts";
import { trainedModel } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { settingsOf } from "./options.ts";
import type { StepPlan } from "./plan.ts";
import { planStep } from "./plan.ts";
import { createStepper } from "./stepper.ts";
import { stepsPerRunOf } from "./steps-per-run.ts";

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

interface Closable {
  close(): Promise<void>;
}

/** The way of a training: settings, data, plan, checkpoints, formulations, sessions, epochs, model. */
async function train<X extends LayerInput, Y extends LayerOutput, T extends LayerInput>(
  net: Layer<X, Y>,
  options: FitOptions<Y, T>,
  stream: EventStream<FitEvent>,
): Promise<TrainedModel<X, Y>> {
  const settings = settingsOf(options);
  const { batchSize, threads, providers } = settings;
  const random = rng(settings.seed);
  const dropout = random.fork("dropout");
  // Aborted at the end, so that a source that waits for something stops.
  const ended = new AbortController();
  const signal = settings.signal === undefined ? ended.signal : AbortSignal.any([settings.signal, ended.signal]);
  const opened: Closable[] = [];
  const closedAtEnd = <C extends Closable>(part: C): C => {
    opened.push(part);
    return part;
  };
  try {
    // Its thread starts while the first examples are made.
    const engine = closedAtEnd(openEngine(settings));
    const given = await openData(settings, { random, signal });
    closedAtEnd(given.runs);
    const { types, count, sample } = given.runs;
    const unchosen = await planStep(net, settings, types, random.fork("init"));
    const size = Math.min(batchSize, count ?? batchSize);
    const data = checkedData(given, forwardPass(unchosen, size).loss);
    const checkpoints = await openCheckpoints(settings, unchosen, count);
    const { choose, made: choices } = await chooseFormulations(unchosen, settings, size, checkpoints.choices);
    const plan: StepPlan = { ...unchosen, choose };
    await checkProviders(plan, sample, dropout, settings);
    const onEngine = { threads, providers };
    const stepper = closedAtEnd(createStepper(plan, dropout, engine.open, onEngine, checkpoints.stepper));
    const evaluator =
      data.validation && closedAtEnd(await createEvaluator(plan, data.validation, batchSize, engine.open, onEngine));
    const stepsPerRun = settings.stepsPerRun ?? stepsPerRunOf(plan, batchSize);
    const prefetched = closedAtEnd(prefetch(data.runs.from(checkpoints.start, stepsPerRun)));
    const trained = await runEpochs({
      plan,
      settings,
      data,
      prefetched,
      stepper,
      evaluator,
      stream,
      checkpoints,
      choices,
    });
    return trainedModel(net, plan, trained, createSession);
  } finally {
    ended.abort();
    for (const part of opened.reverse()) await part.close();
  }
}
