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
import { CliError } from "../errors.ts";
import type { Costs } from "../product/tabular.ts";
import type { TrivialFigures } from "./evaluation.ts";
import { measured } from "./metrics-text.ts";

/** What the rows that a task learnt from say of its target alone. */
export function constantOfTask({ rows, target }: Pick<TrainedTask, "rows" | "target">): Constant {
  const { classes } = target;
  return constantOf(classes === undefined ? valuesOf(rows, target) : labelsOf(rows, target), classes);
}

export function trivialFigures(
  predictions: TaskPredictions,
  constant: Constant,
  decision: { readonly threshold: number | null; readonly costs: Costs | null },
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
 * Throws `gate-failed` where the network loses no less on the test rows than the best answer that looks at no row: users
 * would be served, and charged for, what a constant gives. Where it loses less, but not by more than chance explains,
 * it is deployed with a warning: two hundred rows cannot show every gain that is there.
 */
export function checkTrivial({ network }: { readonly network: { readonly trivial: TrivialFigures } }): void {
  if (network.trivial.gain.value > 0) return;
  throw new CliError(
    "gate-failed",
    `The network, on the test part: ${trivialText(network.trivial)} Nothing was deployed.`,
    "Look for better data, more rows or other columns; or deploy all the same with gates: [gate.evenIfTrivial()].",
  );
}
