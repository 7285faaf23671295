// Where the sessions of a training run: in this thread, or in one of the engine's own.
import { createSession, startEngine } from "#session";
import { NnError } from "../errors.ts";
import type { OpenSession } from "../runtime/session.ts";
import type { Settings } from "./options.ts";

export interface TrainingEngine {
  readonly open: OpenSession;
  close(): Promise<void>;
}

/** Throws `training-option-invalid` where a thread is asked for that there is not. */
export function openEngine({ worker, data }: Settings): TrainingEngine {
  if (worker === true && startEngine === undefined) {
    throw new NnError(
      "training-option-invalid",
      "worker is true, but a page has no thread for the engine alone.",
      "Leave the option out, or run `fit` as a whole in a Web Worker of the page.",
    );
  }
  const engine = (worker ?? !("inputs" in data)) ? startEngine?.() : undefined;
  return { open: engine?.createSession ?? createSession, close: async () => engine?.close() };
}
