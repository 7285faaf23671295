// The trivial policy beside the models: what an answer that looks at no row reaches, and that no model below it is deployed.
import {
  type Constant,
  constantOf,
  labelsOf,
  type TaskPredictions,
  type TrainedTask,
  trivialBeside,
  trivialText,
  valuesOf,
} from "@lepta/ml";
import type { Costs } from "../product/tabular.ts";
import type { TrivialFigures } from "./evaluation.ts";
import type { JsonObject } from "./json.ts";
import { measured } from "./metrics-text.ts";
import { StageRefusal } from "./stage.ts";

/** What the rows that a task learnt from say of its target alone. */
export function constantOfTask({ rows, target }: Pick<TrainedTask, "rows" | "target">): Constant {
  const { classes } = target;
  return constantOf(classes === undefined ? valuesOf(rows, target) : labelsOf(rows, target), classes);
}

export function trivialFigures(
  predictions: TaskPredictions,
  constant: Constant,
  decision: {
    readonly threshold: number | null;
    readonly costs: Costs | null;
    readonly groups: Int32Array | undefined;
  },
): TrivialFigures {
  const { policy, metrics, meanCost, gain, beaten } = trivialBeside(predictions, constant, decision);
  return { policy, metrics: measured(metrics), meanCost, gain: { ...gain }, beaten };
}

/** A line on how a model stands beside the trivial policy; a warning where it is not shown to be better. */
export function trivialLines(model: string, trivial: TrivialFigures): string[] {
  const text = trivialText(trivial);
  return [trivial.beaten ? `${model}: ${text}` : `warning: ${model}: ${text}`];
}

/**
 * Throws `gate-failed`, with the figures that the stage would have put out, where the network loses no less on the test rows than the best answer that looks at no row: users
 * would be served, and charged for, what a constant gives. Where it loses less, but not by more than chance explains,
 * it is deployed with a warning: two hundred rows cannot show every gain that is there.
 */
export function checkTrivial(
  output: JsonObject & { readonly models: { readonly network: { readonly trivial: TrivialFigures } } },
): void {
  const { trivial } = output.models.network;
  if (trivial.gain.value > 0) return;
  throw new StageRefusal(
    "gate-failed",
    `The network, on the test part: ${trivialText(trivial)} Nothing was deployed.`,
    "Look for better data, more rows or other columns; or deploy all the same with gates: [gate.evenIfTrivial()].",
    output,
  );
}
