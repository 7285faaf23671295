// A stage of the pipeline: what its result depends on, declared beside what it does.
import type { JsonObject } from "../json.ts";
import type { Product } from "../product/define.ts";
import type { RunTools, StageTools } from "./tools.ts";

/**
 * A stage maps a JSON input to a JSON output. The input is its key: everything that the result depends on is in it, files
 * by their content's hash, earlier stages by their outputs. `run` is handed nothing else of the product.
 * @typeParam Prior outputs of earlier stages, by their names
 */
export interface Stage<
  Name extends string,
  Input extends JsonObject,
  Output extends JsonObject,
  Prior extends object = object,
> {
  readonly name: Name;
  /** For people: what it does, and what of the product and the world makes it run again. */
  readonly help: { readonly does: string; readonly dependsOn: string };
  /** @param tools to ask the world, such as for the usage of the month */
  readonly input: (product: Product, prior: Prior, tools: RunTools) => Input | Promise<Input>;
  run(input: Input, tools: StageTools): Promise<Output>;
  /** Whether a stored output is still true of the world outside the input. Default: it is. */
  holds?(input: Input, output: Output, tools: RunTools): Promise<boolean>;
  /** The figures that people read. */
  describe(output: Output): readonly string[];
  /** The same figures for machines, few and named; the store shows them. */
  summary(output: Output): JsonObject;
}
