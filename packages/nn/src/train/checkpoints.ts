// Checkpoints of a running training: when they are due, where they go, and how a training goes on from one.

import { checkWritable, readWhole, writeWhole } from "#files";
import type { TensorData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Choices } from "../grad/formulations/keep-choices.ts";
import type { NamedParameter } from "../layers/parameters.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Identity, Standing } from "./checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { EventStream, FitEvent } from "./events.ts";
import type { CheckpointOptions, FitOptions } from "./options.ts";
import type { Stepper, StepperState } from "./stepper.ts";

export interface Checkpoints {
  /** Keeps the standing when a checkpoint is due, or in any case when `now` is true. */
  offer(standing: Standing, now?: boolean): Promise<void>;
}

/** Throws `file-unwritable` where a checkpoint's file cannot be written: before the first step, not after an epoch. */
export async function checkPlace(options: FitOptions["checkpoint"]): Promise<void> {
  const to = typeof options === "object" ? options.to : options;
  if (typeof to === "string") await checkWritable(to);
}

/** Without options nothing is kept. */
export function createCheckpoints(
  options: FitOptions["checkpoint"],
  stepper: Stepper,
  named: readonly NamedParameter[],
  identity: Identity,
  stream: EventStream<FitEvent>,
  choices: () => Choices,
): Checkpoints {
  if (options === undefined) return { offer: async () => {} };
  const {
    to,
    everyEpochs = 1,
    everySteps,
  }: CheckpointOptions = typeof options === "string" ? { to: options } : options;
  let last = -1;
  const due = ({ step, epoch, taken }: Standing): boolean => {
    if (taken === 0) return epoch % everyEpochs === 0;
    return everySteps !== undefined && step - Math.max(last, 0) >= everySteps;
  };
  return {
    async offer(standing, now = false) {
      const { step, epoch, taken } = standing;
      if (step === last || !(now || due(standing))) return;
      const { parameters, optimizer } = await stepper.state();
      const bytes = encodeCheckpoint({
        identity,
        standing,
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
    },
  };
}

export interface Resumed {
  readonly standing: Standing;
  readonly state: StepperState;
  readonly choices: Choices;
}

/** Reads a checkpoint of the same training; throws `checkpoint-invalid` or `checkpoint-mismatch`. */
export async function resume(
  from: string | Uint8Array,
  named: readonly NamedParameter[],
  identity: Identity,
): Promise<Resumed> {
  const checkpoint = decodeCheckpoint(typeof from === "string" ? await read(from) : from);
  for (const name of Object.keys(identity) as (keyof Identity)[]) {
    const [then, now] = [checkpoint.identity[name], identity[name]];
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
  const best = checkpoint.standing.best?.values;
  if (best !== undefined && !named.every(({ value }, i) => sameShape(best[i]?.shape ?? [-1], value.shape)))
    throw mismatch("The checkpoint's best weights are not the network's.");
  const { standing, choices, optimizerState } = checkpoint;
  return { standing, choices, state: { parameters, optimizer: optimizerState } };
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
