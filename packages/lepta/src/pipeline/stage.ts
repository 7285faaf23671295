// One stage of the pipeline, and the runner that reuses a stage's result when its inputs did not change.
import { CliError, type LeptaErrorCode } from "../errors.ts";
import type { Report } from "../events.ts";
import { hashOf, type JsonObject } from "../json.ts";
import type { StageLog } from "../store/stage-log.ts";
import { type StageName, stageNames } from "./stage-names.ts";

export interface StageContext {
  readonly report: Report;
  /** The stage's key: names what it keeps on the disk. */
  readonly inputHash: string;
  readonly signal: AbortSignal;
}

/**
 * A stage maps a JSON input to a JSON output. Everything that the result depends on is in the input: files by their
 * content hash, earlier stages by their outputs. `Workplace` is what all stages work with; it must not change a result.
 */
export interface Stage<Workplace, Input extends JsonObject, Output extends JsonObject> {
  readonly name: StageName;
  run(workplace: Workplace, input: Input, context: StageContext): Promise<Output>;
  /** Whether a stored output is still true of the world outside the stage's input. Default: it is. */
  holds?(workplace: Workplace, output: Output): Promise<boolean>;
  /** The figures that people read. */
  describe(output: Output): readonly string[];
  /** The same figures for machines, few and named; the store shows them. */
  summary(output: Output): JsonObject;
}

export interface StageRunner<Workplace> {
  readonly workplace: Workplace;
  readonly log: StageLog;
  readonly report: Report;
  /** Part of every stage's key. */
  readonly codeVersion: string;
  readonly signal: AbortSignal;
}

export interface StageResult<Output> {
  readonly stage: StageName;
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

/** Runs a stage, or takes the stored output of the same stage with the same input and code. */
export async function runStage<Workplace, Input extends JsonObject, Output extends JsonObject>(
  runner: StageRunner<Workplace>,
  stage: Stage<Workplace, Input, Output>,
  input: Input,
): Promise<StageResult<Output>> {
  const { workplace, log, report, signal } = runner;
  signal.throwIfAborted();
  const position = stageNames.indexOf(stage.name);
  const inputHash = hashOf({ stage: stage.name, code: runner.codeVersion, input });
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  report({ type: "stage-start", stage: stage.name, position, total: stageNames.length });

  const stored = (await log.find(stage.name, inputHash)) as Output | undefined;
  if (stored !== undefined && ((await stage.holds?.(workplace, stored)) ?? true)) {
    await log.end(stage.name, position, inputHash, {
      status: "reused",
      output: stored,
      summary: stage.summary(stored),
    });
    report({
      type: "stage-end",
      stage: stage.name,
      status: "reused",
      seconds: seconds(),
      lines: stage.describe(stored),
    });
    return { stage: stage.name, status: "reused", seconds: seconds(), output: stored };
  }
  await log.start(stage.name, position, inputHash);
  let output: Output;
  try {
    output = await stage.run(workplace, input, { report, inputHash, signal });
  } catch (error) {
    const refused = error instanceof StageRefusal ? (error.output as Output) : undefined;
    const summary = refused === undefined ? {} : { summary: stage.summary(refused) };
    // An aborted stage did not fail: the run's end marks it interrupted.
    if (!signal.aborted)
      await besides(error, () => log.end(stage.name, position, inputHash, { status: "failed", error, ...summary }));
    report({
      type: "stage-end",
      stage: stage.name,
      status: "failed",
      seconds: seconds(),
      lines: refused === undefined ? [] : stage.describe(refused),
    });
    throw error;
  }
  await log.end(stage.name, position, inputHash, { status: "done", output, summary: stage.summary(output) });
  report({ type: "stage-end", stage: stage.name, status: "done", seconds: seconds(), lines: stage.describe(output) });
  return { stage: stage.name, status: "done", seconds: seconds(), output };
}
