// Checkpoints of a running training: when they are due, where they go, and how a training goes on from one.

import { checkWritable, readWhole, writeWhole } from "#files";
import type { TensorData } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Choices } from "../../grad/formulations/keep-choices.ts";
import type { NamedParameter } from "../../layers/parameters.ts";
import { listParameters } from "../../layers/parameters.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { EventStream, FitEvent } from "../events.ts";
import type { CheckpointOptions, Settings } from "../options.ts";
import type { StepPlan } from "../plan.ts";
import type { Stepper, StepperState } from "../stepper.ts";
import type { Fingerprint, TrainerState } from "./format.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./format.ts";

export interface Checkpoints {
  /** Where the training starts: at its beginning, or where the checkpoint that it resumes was kept. */
  readonly start: TrainerState;
  /** The parameters and the optimiser's state of that checkpoint. */
  readonly stepper: StepperState | undefined;
  /** The formulations that were chosen before it. */
  readonly choices: Choices;
  /** Keeps the state of a running training when a checkpoint is due, or in any case when `now` is true. */
  offer(training: Running, state: TrainerState, now?: boolean): Promise<void>;
}

/** What is asked of a running training when a checkpoint is written, and where it is told. */
interface Running {
  readonly stepper: Pick<Stepper, "state">;
  /** All formulations that were chosen so far. */
  readonly choices: () => Choices;
  readonly stream: EventStream<FitEvent>;
}

/** A training before its first step. */
const beginning: TrainerState = Object.freeze({
  step: 0,
  epoch: 0,
  taken: 0,
  lossSum: 0,
  seconds: 0,
  history: [],
  best: undefined,
});

/**
 * Reads the checkpoint to resume, and makes ready to write others; without options none is written. Throws
 * `file-unwritable` where a checkpoint's file cannot be written (before the first step, not after an epoch),
 * `checkpoint-invalid` or `checkpoint-mismatch`.
 */
export async function openCheckpoints(
  settings: Settings,
  { net, parameters }: StepPlan,
  examples: number | undefined,
): Promise<Checkpoints> {
  const { seed, batchSize, shuffle, optimizer, checkpoint, resume } = settings;
  const named = listParameters(parameters);
  const fingerprint: Fingerprint = {
    network: net.name,
    seed,
    batchSize,
    examples: examples ?? 0,
    shuffle,
    optimizer: optimizer.name,
  };
  const options: CheckpointOptions | undefined = typeof checkpoint === "string" ? { to: checkpoint } : checkpoint;
  if (typeof options?.to === "string") await checkWritable(options.to);
  const resumed = resume === undefined ? undefined : await readCheckpoint(resume, named, fingerprint);
  return {
    start: resumed?.trainer ?? beginning,
    stepper: resumed?.stepper,
    choices: resumed?.choices ?? {},
    offer: options === undefined ? async () => {} : writer(options, named, fingerprint),
  };
}

function writer(
  { to, everyEpochs = 1, everySteps }: CheckpointOptions,
  named: readonly NamedParameter[],
  fingerprint: Fingerprint,
): Checkpoints["offer"] {
  let last = -1;
  const due = ({ step, epoch, taken }: TrainerState): boolean => {
    if (taken === 0) return epoch % everyEpochs === 0;
    return everySteps !== undefined && step - Math.max(last, 0) >= everySteps;
  };
  return async ({ stepper, choices, stream }, trainer, now = false) => {
    const { step, epoch, taken } = trainer;
    if (step === last || !(now || due(trainer))) return;
    const { parameters, optimizer } = await stepper.state();
    const bytes = encodeCheckpoint({
      fingerprint,
      trainer,
      parameters: Object.fromEntries(named.map(({ path }, i) => [path, parameters[i] as TensorData] as const)),
      optimizerState: optimizer,
      choices: choices(),
    });
    if (typeof to === "string") await writeWhole(to, bytes);
    else await to(bytes);
    last = step;
    const under = taken === 0 ? epoch : epoch + 1;
    const path = typeof to === "string" ? { path: to } : {};
    stream.push({ type: "checkpoint", step, epoch: under, bytes: bytes.length, ...path });
  };
}

interface Resumed {
  readonly trainer: TrainerState;
  readonly stepper: StepperState;
  readonly choices: Choices;
}

/** Reads a checkpoint of the same training; throws `checkpoint-invalid` or `checkpoint-mismatch`. */
async function readCheckpoint(
  from: string | Uint8Array,
  named: readonly NamedParameter[],
  fingerprint: Fingerprint,
): Promise<Resumed> {
  const checkpoint = decodeCheckpoint(typeof from === "string" ? await read(from) : from);
  for (const name of Object.keys(fingerprint) as (keyof Fingerprint)[]) {
    const [then, now] = [checkpoint.fingerprint[name], fingerprint[name]];
    if (then !== now) throw mismatch(`The checkpoint's ${name} is ${then}; this training's is ${now}.`);
  }
  const paths = Object.keys(checkpoint.parameters);
  const missing = named.find(({ path }) => !Object.hasOwn(checkpoint.parameters, path));
  if (missing !== undefined || paths.length !== named.length) {
    throw mismatch(
      `The checkpoint has ${paths.length} parameters, the network ${named.length}` +
        (missing === undefined ? "." : `; ${missing.path} is not among them.`),
    );
  }
  const parameters = named.map(({ path, value }) => {
    const own = checkpoint.parameters[path] as TensorData;
    if (sameShape(own.shape, value.shape) && own.data instanceof Float32Array) return own;
    throw mismatch(`The checkpoint's ${path} has shape ${formatShape(own.shape)}, not ${formatShape(value.shape)}.`);
  });
  const best = checkpoint.trainer.best?.values;
  if (best !== undefined && !named.every(({ value }, i) => sameShape(best[i]?.shape ?? [-1], value.shape)))
    throw mismatch("The checkpoint's best weights are not the network's.");
  const { trainer, choices, optimizerState } = checkpoint;
  return { trainer, choices, stepper: { parameters, optimizer: optimizerState } };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readWhole(path);
  } catch (cause) {
    if (cause instanceof NnError) throw cause;
    throw new NnError(
      "checkpoint-invalid",
      `The checkpoint ${JSON.stringify(path)} cannot be read: ${(cause as Error).message}.`,
      "Give the path of a checkpoint, or leave `resume` out to start anew.",
      cause,
    );
  }
}

function mismatch(message: string): NnError {
  return new NnError(
    "checkpoint-mismatch",
    message,
    "Resume with the network, the data and the options that the checkpoint was written with.",
  );
}
