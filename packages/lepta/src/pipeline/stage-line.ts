// Stages in a row: each is given the outputs of those before it, and the compiler holds that they are there.
import type { JsonObject } from "../json.ts";
import type { Product } from "../product/define.ts";
import { runStage, type StageResult, type StageRunner } from "./run-stage.ts";
import type { Stage } from "./stage.ts";

/** What is said of a stage. */
export type StageFacts = Pick<Stage<string, JsonObject, JsonObject>, "name" | "help">;

export interface LineResult<Outputs extends object> {
  readonly outputs: Outputs;
  readonly results: readonly StageResult<JsonObject, keyof Outputs & string>[];
}

/** @typeParam Outputs of all stages of the line, by their names */
export interface StageLine<Outputs extends object> {
  /** In their order. */
  readonly stages: readonly StageFacts[];
  /** The line with one more stage, which may ask for the outputs of all before it. */
  with<Name extends string, Input extends JsonObject, Output extends JsonObject>(
    stage: Stage<Name, Input, Output, Outputs>,
  ): StageLine<Outputs & { readonly [K in Name]: Output }>;
  /** Runs or reuses every stage. Throws what a stage throws; the stages after it are not run. */
  run(product: Product, runner: StageRunner): Promise<LineResult<Outputs>>;
}

function lineOf<Outputs extends object>(
  stages: StageLine<Outputs>["stages"],
  run: StageLine<Outputs>["run"],
): StageLine<Outputs> {
  return {
    stages,
    run,
    with<Name extends string, Input extends JsonObject, Output extends JsonObject>(
      stage: Stage<Name, Input, Output, Outputs>,
    ) {
      type More = Outputs & { readonly [K in Name]: Output };
      return lineOf<More>([...stages, stage], async (product, runner) => {
        const { outputs, results } = await run(product, runner);
        runner.tools.signal.throwIfAborted();
        const input = await stage.input(product, outputs, runner.tools);
        const result = await runStage(runner, stage, input);
        return {
          outputs: { ...outputs, [stage.name]: result.output } as More,
          results: [...results, result],
        };
      });
    },
  };
}

export const emptyLine: StageLine<object> = lineOf<object>([], async () => ({ outputs: {}, results: [] }));
