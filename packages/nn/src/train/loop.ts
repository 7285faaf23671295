// The epochs of a training: steps, validation, the best epoch, the end, and checkpoints between them.

import { createSession } from "#session";
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import type { Progress } from "../optim/transform.ts";
import type { Standing } from "./checkpoint.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { NamedExamples } from "./data.ts";
import { partOf } from "./data.ts";
import { diagnose } from "./diagnose.ts";
import type { Evaluator } from "./evaluate.ts";
import type { EpochEvent, EventStream, FitEvent } from "./events.ts";
import type { FitOptions } from "./options.ts";
import { planEpoch } from "./run-plan.ts";
import type { StepPlan } from "./step.ts";
import type { Stepper } from "./stepper.ts";

export interface Loop {
  readonly plan: StepPlan;
  readonly options: FitOptions<LayerOutput, LayerInput>;
  readonly examples: NamedExamples;
  readonly validation: NamedExamples | undefined;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator | undefined;
  readonly stream: EventStream<FitEvent>;
  /** The order of the examples in an epoch, from 1. */
  readonly orderOf: (epoch: number) => Int32Array;
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
  const stepsPerEpoch = Math.ceil(loop.examples.count / (options.batchSize ?? 32));
  const { step, epoch: before } = standing;
  stream.push({ type: "start", step, epoch: before, epochs: options.epochs, stepsPerEpoch });
  while (standing.epoch < options.epochs && !hasStopped(standing, options)) {
    standing = await finishEpoch(loop, standing, seconds);
    const validation = await validate(loop);
    const event: EpochEvent = {
      type: "epoch",
      epoch: standing.epoch + 1,
      loss: standing.lossSum / loop.examples.count,
      seconds: seconds(),
      ...(validation && { validation }),
    };
    history.push(event);
    stream.push(event);
    standing = { ...standing, epoch: event.epoch, taken: 0, lossSum: 0, seconds: event.seconds };
    standing = { ...standing, best: bestAfter(loop, standing, validation) };
    await checkpoints.offer(standing);
  }
  const { epoch, best } = standing;
  const bestEpoch = best?.epoch ?? epoch;
  const reason = hasStopped(standing, options) ? "early-stopping" : "epochs";
  stream.push({ type: "end", reason, epochs: epoch, bestEpoch });
  return { values: best?.values ?? stepper.parameters(), history, bestEpoch };
}

/** Whether too many epochs have passed since the best one. */
function hasStopped({ epoch, best }: Standing, { earlyStopping }: Loop["options"]): boolean {
  return earlyStopping !== undefined && epoch - (best?.epoch ?? 0) >= earlyStopping.patience;
}

function bestAfter(
  { options, stepper, stream }: Loop,
  { epoch, best }: Standing,
  validation: Readonly<Record<string, number>> | undefined,
): Standing["best"] {
  const watched = options.earlyStopping ?? options.bestWeights;
  if (watched === undefined || validation === undefined) return best;
  const monitor = watched.monitor ?? "loss";
  const value = validation[monitor] ?? Number.NaN;
  const score = watched.mode === "max" ? -value : value;
  if (!(score < (best?.score ?? Number.POSITIVE_INFINITY) - (watched.minDelta ?? 0))) return best;
  stream.push({ type: "best", epoch, monitor, value });
  return { epoch, score, values: stepper.parameters() };
}

/** Takes the steps that are left of the epoch under way. */
async function finishEpoch(loop: Loop, from: Standing, seconds: () => number): Promise<Standing> {
  const { options, examples, stepper, stream, checkpoints } = loop;
  const epoch = from.epoch + 1;
  const order = options.shuffle === false ? undefined : loop.orderOf(epoch);
  const progress: Progress = { epochs: from.history };
  const left = examples.count - from.taken;
  let standing = from;
  for (const { steps, batchSize } of planEpoch(left, options.batchSize ?? 32, options.stepsPerRun ?? 32)) {
    if (options.signal?.aborted) {
      await checkpoints.offer({ ...standing, seconds: seconds() }, true);
      throw aborted(standing.step, options.signal, options.checkpoint !== undefined);
    }
    const at = standing.taken;
    const rows = BigInt64Array.from({ length: steps * batchSize }, (_, i) => BigInt(order?.[at + i] ?? at + i));
    const losses = await stepper.run(rows, steps, batchSize, standing.step, progress);
    let { step, lossSum } = standing;
    for (const [k, loss] of losses.entries()) {
      step++;
      if (!Number.isFinite(loss)) throw await notFinite(loop, rows, { step, epoch, loss, k, batchSize, progress });
      lossSum += loss * batchSize;
      stream.push({ type: "step", step, epoch, loss });
    }
    standing = { ...standing, step, lossSum, taken: at + rows.length };
    if (standing.taken < examples.count) await checkpoints.offer({ ...standing, seconds: seconds() });
    await stream.settled();
  }
  return standing;
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

function aborted(step: number, signal: AbortSignal, kept: boolean): NnError {
  return new NnError(
    "training-aborted",
    `The training was stopped by its signal after step ${step}${kept ? "; a checkpoint was kept" : ""}.`,
    kept ? "Pass the checkpoint as `resume` to go on." : "Start it again, or do not abort the signal.",
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
