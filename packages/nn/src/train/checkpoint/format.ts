// A training's whole state as bytes: what a resumed training needs to go on with the same curve.
import type { TensorData } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Choices } from "../../grad/formulations/keep-choices.ts";
import type { EpochEvent } from "../events.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** The best epoch so far by the monitored figure. */
export interface Best {
  readonly epoch: number;
  /** The monitored figure, negated where more is better. */
  readonly score: number;
  /** The weights of that epoch, in the order of listParameters. */
  readonly values: readonly TensorData[];
}

/**
 * How far a training has come. Order of the examples and dropout are functions of the seed, the epoch and the step,
 * so no generator has a state of its own.
 */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** Epochs that have ended. */
  readonly epoch: number;
  /** Examples taken in the epoch that is under way. */
  readonly taken: number;
  /** Sum over the steps of the epoch under way: loss times batch size. */
  readonly lossSum: number;
  /** Time spent so far. */
  readonly seconds: number;
  /** One entry for each ended epoch. */
  readonly history: readonly EpochEvent[];
  readonly best: Best | undefined;
}

/** What must be the same for a curve to go on; each is compared when a training is resumed. */
export interface Fingerprint {
  /** The network's name: parameters of equal shapes do not make equal networks. */
  readonly network: string;
  readonly seed: number;
  readonly batchSize: number;
  readonly examples: number;
  readonly shuffle: boolean;
  readonly optimizer: string;
}

export interface Checkpoint {
  readonly fingerprint: Fingerprint;
  readonly trainer: TrainerState;
  /** All parameters by path, the kept ones (running statistics) too. */
  readonly parameters: Readonly<Record<string, TensorData>>;
  readonly optimizerState: readonly TensorData[];
  /** How gradients are written: another formulation adds up in another order. */
  readonly choices: Choices;
}

const format = "lepta-checkpoint";
const version = 3;

/** A safetensors file: tensors `parameters.PATH`, `optimizer.N` and `best.N`, the rest as JSON in the metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { fingerprint, trainer, parameters, optimizerState, choices } = checkpoint;
  const { best, ...rest } = trainer;
  const tensors = [
    ...Object.entries(parameters).map(([path, value]) => [`parameters.${path}`, value] as const),
    ...optimizerState.map((value, i) => [`optimizer.${i}`, value] as const),
    ...(best?.values ?? []).map((value, i) => [`best.${i}`, value] as const),
  ];
  const about: About = {
    version,
    identity: fingerprint,
    choices,
    standing: rest,
    ...(best && { best: { epoch: best.epoch, score: best.score } }),
  };
  return encodeSafetensors({
    tensors: Object.fromEntries(tensors),
    metadata: { [format]: JSON.stringify(about, writeNumber) },
  });
}

/** Reads untrusted bytes; throws `checkpoint-invalid`. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const text = metadata[format];
    if (text === undefined) throw new Error("the file is a safetensors file, but no checkpoint");
    const about = JSON.parse(text, readNumber) as About;
    checkAbout(about);
    const part = (prefix: string): readonly (readonly [string, TensorData])[] =>
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value] as const);
    const list = (prefix: string): readonly TensorData[] => part(prefix).map(([, value]) => value);
    return {
      fingerprint: about.identity,
      trainer: { ...about.standing, best: about.best && { ...about.best, values: list("best.") } },
      parameters: Object.fromEntries(part("parameters.")),
      optimizerState: list("optimizer."),
      choices: about.choices,
    };
  } catch (cause) {
    throw new NnError(
      "checkpoint-invalid",
      `The checkpoint cannot be read: ${(cause as Error).message}.`,
      "Use a whole file that fit wrote as a checkpoint, of this version of the package.",
      cause,
    );
  }
}

/** The metadata of the file; version 3 has these names. */
interface About {
  readonly version: number;
  readonly identity: Fingerprint;
  readonly choices: Choices;
  readonly standing: Omit<TrainerState, "best">;
  readonly best?: Omit<Best, "values">;
}

function checkAbout(about: About): void {
  if (about?.version !== version) throw new Error(`its version is ${about?.version}, not ${version}`);
  const { identity, choices, standing, best } = about;
  const { step, epoch, taken, lossSum, seconds, history } = standing ?? {};
  const counts = [step, epoch, taken, ...(best === undefined ? [] : [best.epoch])];
  const wrong =
    typeof identity !== "object" ||
    typeof choices !== "object" ||
    choices === null ||
    !Object.values(choices).every((name) => typeof name === "string") ||
    !counts.every((count) => Number.isSafeInteger(count) && count >= 0) ||
    ![lossSum, seconds].every(Number.isFinite) ||
    !Array.isArray(history) ||
    history.length !== epoch ||
    (best !== undefined && typeof best.score !== "number");
  if (wrong) throw new Error("its figures are not those of a training");
}

/** JSON has no NaN and no infinities, which a metric may well be. */
function writeNumber(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

function readNumber(_: string, value: unknown): unknown {
  const known = typeof value === "object" && value !== null && "number" in value && typeof value.number === "string";
  return known ? Number(value.number) : value;
}
