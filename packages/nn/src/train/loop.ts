// The epochs of a training: steps, validation, the best epoch, the end, and checkpoints between them.

import { createSession } from "#session";
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Choices } from "../grad/formulations/keep-choices.ts";
import type { Progress } from "../optim/transform.ts";
import { abortedError } from "./aborted.ts";
import type { Checkpoints } from "./checkpoint/checkpoints.ts";
import type { TrainerState } from "./checkpoint/format.ts";
import { stepOf } from "./data/buffers.ts";
import type { Data } from "./data/open.ts";
import type { Prefetched } from "./data/prefetch.ts";
import { diagnose } from "./diagnose.ts";
import type { Evaluator } from "./evaluate.ts";
import type { EpochEvent, EventStream, FitEvent } from "./events.ts";
import { firstNotFinite } from "./not-finite.ts";
import type { Settings } from "./options.ts";
import type { StepPlan } from "./plan.ts";
import { partOf } from "./ports.ts";
import type { Batches, Stepper } from "./stepper.ts";

export interface Loop {
  readonly plan: StepPlan;
  readonly settings: Settings;
  readonly data: Data;
  /** The runs that are left, one prepared ahead. */
  readonly prefetched: Prefetched;
  readonly stepper: Stepper;
  readonly evaluator: Evaluator | undefined;
  readonly stream: EventStream<FitEvent>;
  readonly checkpoints: Checkpoints;
  /** All formulations that were chosen so far. */
  readonly choices: () => Choices;
}

export interface Trained {
  readonly values: readonly TensorData[];
  readonly history: readonly EpochEvent[];
  readonly bestEpoch: number;
}

/** Runs the epochs that are left. */
export async function runEpochs(loop: Loop): Promise<Trained> {
  const { settings, stepper, stream, checkpoints } = loop;
  const { start } = checkpoints;
  const started = performance.now() - start.seconds * 1000;
  const seconds = (): number => (performance.now() - started) / 1000;
  // One list that grows, so that many epochs do not cost their number squared.
  const history = [...start.history];
  let state: TrainerState = { ...start, history };
  const { step, epoch: before } = state;
  const { count } = loop.data.runs;
  const stepsPerEpoch = count === undefined ? {} : { stepsPerEpoch: Math.ceil(count / settings.batchSize) };
  stream.push({ type: "start", step, epoch: before, epochs: settings.epochs, ...stepsPerEpoch });
  while (state.epoch < settings.epochs && !hasStopped(state, settings)) {
    state = await finishEpoch(loop, state, seconds);
    const validation = await validate(loop, state.epoch + 1);
    const event: EpochEvent = {
      type: "epoch",
      epoch: state.epoch + 1,
      loss: state.lossSum / state.taken,
      seconds: seconds(),
      ...(validation && { validation }),
    };
    history.push(event);
    stream.push(event);
    state = { ...state, epoch: event.epoch, taken: 0, lossSum: 0, seconds: event.seconds };
    state = { ...state, best: await bestAfter(loop, state, validation) };
    await checkpoints.offer(loop, state);
  }
  const { epoch, best } = state;
  const bestEpoch = best?.epoch ?? epoch;
  const reason = hasStopped(state, settings) ? "early-stopping" : "epochs";
  stream.push({ type: "end", reason, epochs: epoch, bestEpoch });
  return { values: best?.values ?? (await stepper.parameters()), history, bestEpoch };
}

/** Whether too many epochs have passed since the best one. */
function hasStopped({ epoch, best }: TrainerState, { earlyStopping }: Settings): boolean {
  return earlyStopping !== undefined && epoch - (best?.epoch ?? 0) >= earlyStopping.patience;
}

async function bestAfter(
  { settings, stepper, stream }: Loop,
  { epoch, best }: TrainerState,
  validation: Readonly<Record<string, number>> | undefined,
): Promise<TrainerState["best"]> {
  const watched = settings.earlyStopping ?? settings.bestWeights;
  if (watched === undefined || validation === undefined) return best;
  const monitor = watched.monitor ?? "loss";
  const value = validation[monitor] ?? Number.NaN;
  const score = watched.mode === "max" ? -value : value;
  if (!(score < (best?.score ?? Number.POSITIVE_INFINITY) - (watched.minDelta ?? 0))) return best;
  stream.push({ type: "best", epoch, monitor, value });
  return { epoch, score, values: await stepper.parameters() };
}

/** Takes the steps that are left of the epoch under way. */
async function finishEpoch(loop: Loop, from: TrainerState, seconds: () => number): Promise<TrainerState> {
  const { settings, data, prefetched, stepper, stream, checkpoints } = loop;
  const epoch = from.epoch + 1;
  const progress: Progress = { epochs: from.history };
  let state = from;
  for (;;) {
    const run = settings.signal?.aborted ? undefined : await prefetched.take(settings.signal);
    if (run === undefined) {
      await checkpoints.offer(loop, { ...state, seconds: seconds() }, true);
      throw abortedError(state.step, settings.signal, settings.checkpoint !== undefined);
    }
    const { steps, batchSize, last } = run;
    const { losses, batches } = await stepper.run(run, state.step, progress, prefetched.prepare);
    let { step, lossSum } = state;
    for (const [k, loss] of losses.entries()) {
      step++;
      if (!Number.isFinite(loss)) throw await notFinite(loop, { ...run, batches }, { step, epoch, loss, k, progress });
      lossSum += loss * batchSize;
      stream.push({ type: "step", step, epoch, loss });
    }
    data.runs.give(batches);
    state = { ...state, step, lossSum, taken: state.taken + steps * batchSize };
    if (!last) await checkpoints.offer(loop, { ...state, seconds: seconds() });
    await stream.settled();
    if (last) return state;
  }
}

async function validate(
  { evaluator, data: { validation }, settings, stepper }: Loop,
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
  const metrics = Object.entries(settings.metrics ?? {}).map(
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
