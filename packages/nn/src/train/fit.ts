// The training loop: an async iterable of events with a promise of the trained model.

import { createSession } from "#session";
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { Layer, LayerInput, LayerOutput, ShapeOf } from "../layers/layer.ts";
import { listParameters, replaceParameters } from "../layers/parameters.ts";
import { rng } from "../layers/rng.ts";
import type { Progress } from "../optim/transform.ts";
import type { NamedExamples } from "./data.ts";
import { nameExamples, networkInputShape, partOf, typesOf } from "./data.ts";
import { diagnose } from "./diagnose.ts";
import type { Evaluator } from "./evaluate.ts";
import { createEvaluator } from "./evaluate.ts";
import type { EpochEvent, EventStream, FitEvent } from "./events.ts";
import { eventStream } from "./events.ts";
import type { TrainedModel } from "./model.ts";
import { trainedModel } from "./model.ts";
import type { FitOptions } from "./options.ts";
import { checkOptions } from "./options.ts";
import { planEpoch } from "./run-plan.ts";
import type { StepPlan } from "./step.ts";
import type { Stepper } from "./stepper.ts";
import { createStepper } from "./stepper.ts";
import { layoutOf } from "./vector.ts";

/** A training under way. Leaving the iteration early does not stop it: that is the signal's work. */
export interface Fit<X extends LayerInput = Tensor, Y extends LayerOutput = Tensor> extends AsyncIterable<FitEvent> {
  /** The trained model, or the error that the training ended with. */
  readonly result: Promise<TrainedModel<X, Y>>;
}

/**
 * Trains `net`. The training starts by itself; events go to those who iterate from the start. Same options,
 * seed, machine and thread count: same curve. Errors: `training-option-invalid`, `training-data-invalid`,
 * `training-aborted`, `loss-not-finite`, and what building or running the graph throws.
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
  const examples = nameExamples(options.data, "training data");
  const validation = options.validation && nameExamples(options.validation, "validation data");
  const arrays = typesOf(examples);
  const random = rng(options.seed ?? 0);
  const shape = networkInputShape(arrays) as ShapeOf<X>;
  const parameters = options.parameters ?? net.init(shape, random.fork("init"));
  const named = listParameters(parameters);
  const plan: StepPlan = {
    net: net as unknown as Layer<LayerInput, LayerOutput>,
    parameters,
    layout: layoutOf(named, options.optimizer.joinable),
    loss: options.loss,
    optimizer: options.optimizer,
    arrays,
    count: examples.count,
  };
  const sessionOptions = { threads: options.threads ?? 1 };
  const stepper = createStepper(plan, examples.arrays, random.fork("dropout"), createSession, sessionOptions);
  let evaluator: Evaluator | undefined;
  try {
    evaluator =
      validation &&
      (await createEvaluator(plan.net, parameters, options.loss, validation, createSession, sessionOptions));
    const loop = { plan, options, examples, validation, stepper, evaluator, stream };
    const { values, history, bestEpoch } = await runEpochs(loop, (epoch) => random.fork("order", epoch));
    return trainedModel(net, replaceParameters(parameters, values), arrays, history, bestEpoch, createSession);
  } finally {
    await Promise.all([stepper.close(), evaluator?.close()]);
  }
}

interface Loop {
  readonly plan: StepPlan;
  readonly options: FitOptions<LayerOutput, LayerInput>;
  readonly examples: NamedExamples;
  readonly validation: NamedExamples | undefined;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator | undefined;
  readonly stream: EventStream<FitEvent>;
}

interface Trained {
  readonly values: readonly TensorData[];
  readonly history: readonly EpochEvent[];
  readonly bestEpoch: number;
}

async function runEpochs(loop: Loop, orderFor: (epoch: number) => ReturnType<typeof rng>): Promise<Trained> {
  const { options, examples, stepper, stream } = loop;
  const started = performance.now();
  const history: EpochEvent[] = [];
  const stopping = options.earlyStopping;
  const monitor = stopping?.monitor ?? "loss";
  const sign = stopping?.mode === "max" ? -1 : 1;
  let best = { score: Number.POSITIVE_INFINITY, epoch: 0, values: stepper.parameters() };
  let step = 0;
  let epoch = 0;
  let reason: "epochs" | "early-stopping" = "epochs";
  while (epoch < options.epochs && reason === "epochs") {
    epoch++;
    const order = options.shuffle === false ? undefined : orderFor(epoch).permutation(examples.count);
    const taken = await runEpoch(loop, { epoch, step, progress: { epochs: [...history] } }, order);
    step = taken.step;
    const validation = await validate(loop);
    const seconds = (performance.now() - started) / 1000;
    const event: EpochEvent = { type: "epoch", epoch, loss: taken.loss, seconds, ...(validation && { validation }) };
    history.push(event);
    stream.push(event);
    if (stopping === undefined || validation === undefined) continue;
    const value = validation[monitor] ?? Number.NaN;
    if (sign * value < best.score - (stopping.minDelta ?? 0)) {
      best = { score: sign * value, epoch, values: stepper.parameters() };
      stream.push({ type: "best", epoch, monitor, value });
    } else if (epoch - best.epoch >= stopping.patience) reason = "early-stopping";
  }
  const useBest = stopping !== undefined && best.epoch > 0;
  const bestEpoch = useBest ? best.epoch : epoch;
  stream.push({ type: "end", reason, epochs: epoch, bestEpoch });
  return { values: useBest ? best.values : stepper.parameters(), history, bestEpoch };
}

/** Where an epoch begins. */
interface Place {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** Steps taken before it. */
  readonly step: number;
  readonly progress: Progress;
}

async function runEpoch(
  loop: Loop,
  { epoch, step: stepsBefore, progress }: Place,
  order: Int32Array | undefined,
): Promise<{ readonly step: number; readonly loss: number }> {
  const { options, examples, stepper, stream } = loop;
  let step = stepsBefore;
  let at = 0;
  let sum = 0;
  for (const { steps, batchSize } of planEpoch(examples.count, options.batchSize ?? 32, options.stepsPerRun ?? 32)) {
    if (options.signal?.aborted) throw aborted(step, options.signal);
    const rows = BigInt64Array.from({ length: steps * batchSize }, (_, i) => BigInt(order?.[at + i] ?? at + i));
    at += rows.length;
    const losses = await stepper.run(rows, steps, batchSize, step, progress);
    for (const [k, loss] of losses.entries()) {
      step++;
      if (!Number.isFinite(loss)) throw await notFinite(loop, rows, { step, epoch, loss, k, batchSize, progress });
      sum += loss * batchSize;
      stream.push({ type: "step", step, epoch, loss });
    }
    await stream.settled();
  }
  return { step, loss: sum / examples.count };
}

async function validate({
  evaluator,
  validation,
  options,
  stepper,
}: Loop): Promise<Record<string, number> | undefined> {
  if (evaluator === undefined || validation === undefined) return undefined;
  const { loss, prediction } = await evaluator.evaluate(stepper.parameters());
  const target = partOf(validation.arrays, "target");
  const metrics = Object.entries(options.metrics ?? {}).map(
    ([name, metric]) => [name, metric(prediction, target)] as const,
  );
  return { loss, ...Object.fromEntries(metrics) };
}

function aborted(step: number, signal: AbortSignal): NnError {
  return new NnError(
    "training-aborted",
    `The training was stopped by its signal after step ${step}.`,
    "Start it again, or do not abort the signal.",
    signal.reason,
  );
}

interface Failure {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** The step's place in its run. */
  readonly k: number;
  readonly batchSize: number;
  readonly progress: Progress;
}

async function notFinite(
  { plan, examples, stepper }: Loop,
  rows: BigInt64Array,
  { step, epoch, loss, k, batchSize, progress }: Failure,
): Promise<NnError> {
  const before = await stepper.replay(rows, k, batchSize, step - 1 - k, progress);
  const batch = rows.slice(k * batchSize, (k + 1) * batchSize);
  const place = await diagnose(plan, before, examples.arrays, batch, createSession);
  return new NnError(
    "loss-not-finite",
    `The loss became ${loss} at step ${step} (epoch ${epoch}): ${place}.`,
    "Lower the learning rate, add clipByNorm to the optimiser, or look for values that are not finite in the data.",
  );
}
