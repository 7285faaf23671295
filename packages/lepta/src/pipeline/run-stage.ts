// The runner: a stage's result is reused while its key did not change and it still holds.
import { CliError, type LeptaErrorCode } from "../errors.ts";
import { hashOf, type JsonObject, plainCopy } from "../json.ts";
import type { StageLog } from "../store/stage-log.ts";
import type { Stage } from "./stage.ts";
import type { RunTools } from "./tools.ts";

export interface StageRunner {
  readonly tools: RunTools;
  readonly log: StageLog;
  /** Part of every stage's key. */
  readonly codeVersion: string;
  /** Names of all stages in their order. */
  readonly order: readonly string[];
}

export interface StageResult<Output, Name extends string = string> {
  readonly stage: Name;
  readonly status: "done" | "reused";
  readonly seconds: number;
  readonly output: Output;
}

/** A stage that has its figures and refuses to go on: they are shown and kept as those of one that is done. */
export class StageRefusal extends CliError {
  readonly output: JsonObject;

  constructor(code: LeptaErrorCode, message: string, fix: string, output: JsonObject) {
    super(code, message, fix);
    this.output = output;
  }
}

/** Work that follows a failure: its own failure does not hide the first, which carries it as `also`. */
export async function besides(error: unknown, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (second) {
    if (error instanceof Error) Object.defineProperty(error, "also", { value: second, configurable: true });
  }
}

/**
 * Runs a stage, or takes the stored output of the same stage with the same input and code. The stage sees a copy of
 * what was hashed, in plain JSON: no reference to anything else survives in it.
 */
export async function runStage<Name extends string, Input extends JsonObject, Output extends JsonObject>(
  { tools, log, codeVersion, order }: StageRunner,
  stage: Omit<Stage<Name, Input, Output>, "input" | "help">,
  given: Input,
): Promise<StageResult<Output, Name>> {
  const { report, signal } = tools;
  const { name } = stage;
  signal.throwIfAborted();
  const position = order.indexOf(name);
  const input = plainCopy(given);
  const inputHash = hashOf({ stage: name, code: codeVersion, input });
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  report({ type: "stage-start", stage: name, position, total: order.length });
  const ended = async (status: "done" | "reused", output: Output): Promise<StageResult<Output, Name>> => {
    await log.end(name, position, inputHash, { status, output, summary: stage.summary(output) });
    report({ type: "stage-end", stage: name, status, seconds: seconds(), lines: stage.describe(output) });
    return { stage: name, status, seconds: seconds(), output };
  };

  const stored = (await log.find(name, inputHash)) as Output | undefined;
  if (stored !== undefined && ((await stage.holds?.(input, stored, tools)) ?? true)) return ended("reused", stored);
  await log.start(name, position, inputHash);
  let output: Output;
  try {
    output = await stage.run(input, Object.freeze({ ...tools, inputHash }));
  } catch (error) {
    const refused = error instanceof StageRefusal ? (error.output as Output) : undefined;
    const summary = refused === undefined ? {} : { summary: stage.summary(refused) };
    // An aborted stage did not fail: the run's end marks it interrupted.
    if (!signal.aborted)
      await besides(error, () => log.end(name, position, inputHash, { status: "failed", error, ...summary }));
    const lines = refused === undefined ? [] : stage.describe(refused);
    report({ type: "stage-end", stage: name, status: "failed", seconds: seconds(), lines });
    throw error;
  }
  return ended("done", output);
}
