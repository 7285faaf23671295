// The epochs of a training: steps, validation, the best epoch, the end, and checkpoints between them.

import { createSession } from "#session";
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import type { Progress } from "../optim/transform.ts";
import { abortedError } from "./aborted.ts";
import type { Ahead } from "./ahead.ts";
import { stepOf } from "./buffers.ts";
import type { Standing } from "./checkpoint.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { NamedExamples } from "./data.ts";
import { partOf } from "./data.ts";
import { diagnose } from "./diagnose.ts";
import type { Evaluator } from "./evaluate.ts";
import type { EpochEvent, EventStream, FitEvent } from "./events.ts";
import { firstNotFinite } from "./not-finite.ts";
import type { FitOptions } from "./options.ts";
import type { Runs } from "./run.ts";
import type { StepPlan } from "./step.ts";
import type { Batches, Stepper } from "./stepper.ts";

export interface Loop {
  readonly plan: StepPlan;
  readonly options: FitOptions<LayerOutput, LayerInput>;
  readonly runs: Runs;
  /** The runs that are left, one prepared ahead. */
  readonly ahead: Ahead;
  readonly validation: NamedExamples | undefined;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator | undefined;
  readonly stream: EventStream<FitEvent>;
  readonly checkpoints: Checkpoints;
  /** Where the training starts: at the start, or where a checkpoint was kept. */
  readonly start: Standing;
}

/** A training before its first step. */
export const atStart: Standing = Object.freeze({
  step: 0,
  epoch: 0,
  taken: 0,
  lossSum: 0,
  seconds: 0,
  history: [],
  best: undefined,
});

export interface Trained {
  readonly values: readonly TensorData[];
  readonly history: readonly EpochEvent[];
  readonly bestEpoch: number;
}

/** Runs the epochs that are left. */
export async function runEpochs(loop: Loop): Promise<Trained> {
  const { options, stepper, stream, checkpoints } = loop;
  const started = performance.now() - loop.start.seconds * 1000;
  const seconds = (): number => (performance.now() - started) / 1000;
  // One list that grows, so that many epochs do not cost their number squared.
  const history = [...loop.start.history];
  let standing: Standing = { ...loop.start, history };
  const { step, epoch: before } = standing;
  const { count } = loop.runs;
  const stepsPerEpoch = count === undefined ? {} : { stepsPerEpoch: Math.ceil(count / (options.batchSize ?? 32)) };
  stream.push({ type: "start", step, epoch: before, epochs: options.epochs, ...stepsPerEpoch });
  while (standing.epoch < options.epochs && !hasStopped(standing, options)) {
    standing = await finishEpoch(loop, standing, seconds);
    const validation = await validate(loop, standing.epoch + 1);
    const event: EpochEvent = {
      type: "epoch",
      epoch: standing.epoch + 1,
      loss: standing.lossSum / standing.taken,
      seconds: seconds(),
      ...(validation && { validation }),
    };
    history.push(event);
    stream.push(event);
    standing = { ...standing, epoch: event.epoch, taken: 0, lossSum: 0, seconds: event.seconds };
    standing = { ...standing, best: await bestAfter(loop, standing, validation) };
    await checkpoints.offer(standing);
  }
  const { epoch, best } = standing;
  const bestEpoch = best?.epoch ?? epoch;
  const reason = hasStopped(standing, options) ? "early-stopping" : "epochs";
  stream.push({ type: "end", reason, epochs: epoch, bestEpoch });
  return { values: best?.values ?? (await stepper.parameters()), history, bestEpoch };
}

/** Whether too many epochs have passed since the best one. */
function hasStopped({ epoch, best }: Standing, { earlyStopping }: Loop["options"]): boolean {
  return earlyStopping !== undefined && epoch - (best?.epoch ?? 0) >= earlyStopping.patience;
}

async function bestAfter(
  { options, stepper, stream }: Loop,
  { epoch, best }: Standing,
  validation: Readonly<Record<string, number>> | undefined,
): Promise<Standing["best"]> {
  const watched = options.earlyStopping ?? options.bestWeights;
  if (watched === undefined || validation === undefined) return best;
  const monitor = watched.monitor ?? "loss";
  const value = validation[monitor] ?? Number.NaN;
  const score = watched.mode === "max" ? -value : value;
  if (!(score < (best?.score ?? Number.POSITIVE_INFINITY) - (watched.minDelta ?? 0))) return best;
  stream.push({ type: "best", epoch, monitor, value });
  return { epoch, score, values: await stepper.parameters() };
}

/** Takes the steps that are left of the epoch under way. */
async function finishEpoch(loop: Loop, from: Standing, seconds: () => number): Promise<Standing> {
  const { options, runs, ahead, stepper, stream, checkpoints } = loop;
  const epoch = from.epoch + 1;
  const progress: Progress = { epochs: from.history };
  let standing = from;
  for (;;) {
    const run = options.signal?.aborted ? undefined : await ahead.take(options.signal);
    if (run === undefined) {
      await checkpoints.offer({ ...standing, seconds: seconds() }, true);
      throw abortedError(standing.step, options.signal, options.checkpoint !== undefined);
    }
    const { steps, batchSize, last } = run;
    const { losses, batches } = await stepper.run(run, standing.step, progress, ahead.prepare);
    let { step, lossSum } = standing;
    for (const [k, loss] of losses.entries()) {
      step++;
      if (!Number.isFinite(loss)) throw await notFinite(loop, { ...run, batches }, { step, epoch, loss, k, progress });
      lossSum += loss * batchSize;
      stream.push({ type: "step", step, epoch, loss });
    }
    runs.give(batches);
    standing = { ...standing, step, lossSum, taken: standing.taken + steps * batchSize };
    if (!last) await checkpoints.offer({ ...standing, seconds: seconds() });
    await stream.settled();
    if (last) return standing;
  }
}

async function validate(
  { evaluator, validation, options, stepper }: Loop,
  epoch: number,
): Promise<Record<string, number> | undefined> {
  if (evaluator === undefined || validation === undefined) return undefined;
  const { loss, prediction } = await evaluator.evaluate(await stepper.parameters());
  if (!Number.isFinite(loss)) {
    const place = firstNotFinite(validation.arrays) ?? "every array is finite, but what the network makes of it is not";
    throw new NnError(
      "loss-not-finite",
      `The validation loss became ${loss} (epoch ${epoch}): ${place}.`,
      "Look for values that are not finite in the validation examples, or lower the learning rate.",
    );
  }
  const target = partOf(validation.arrays, "target");
  const metrics = Object.entries(options.metrics ?? {}).map(
    ([name, metric]) => [name, metric(prediction, target)] as const,
  );
  return { loss, ...Object.fromEntries(metrics) };
}

interface Failure {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  /** The step's place in its run. */
  readonly k: number;
  readonly progress: Progress;
}

async function notFinite(
  { plan, stepper }: Loop,
  run: Batches,
  { step, epoch, loss, k, progress }: Failure,
): Promise<NnError> {
  const batch = Object.fromEntries(
    Object.entries(stepOf(run.batches, k)).map(
      ([name, array]) => [name, { ...array, shape: array.shape.slice(1) }] as const,
    ),
  );
  const before = await stepper.replay(run, k, step - 1 - k, progress);
  const place = await diagnose(plan, before, batch, createSession);
  return new NnError(
    "loss-not-finite",
    `The loss became ${loss} at step ${step} (epoch ${epoch}): ${place}.`,
    "Lower the learning rate, add clipByNorm to the optimiser, or look for values that are not finite in the data.",
  );
}
