// The trivial policy beside the models: no model below an answer that looks at no row is deployed.
import { trivialText } from "@lepta/ml";
import type { Evaluated } from "./evaluated.ts";
import { StageRefusal } from "./run-stage.ts";

/**
 * Throws `gate-failed`, with the figures that the stage would have put out, where the challenger loses no less on the
 * test rows than the best answer that looks at no row: users would be served, and charged for, what a constant gives.
 * Where it loses less, but not by more than chance explains, it is deployed with a warning: two hundred rows cannot show
 * every gain that is there.
 */
export function checkTrivial(output: Evaluated): void {
  const challenger = output.models.find(({ model }) => model === output.challenger);
  if (challenger === undefined || challenger.trivial.gain.value > 0) return;
  throw new StageRefusal(
    "gate-failed",
    `The model ${challenger.model}, on the test part: ${trivialText(challenger.trivial)} Nothing was deployed.`,
    "Look for better data, more rows or other columns; or deploy all the same with gates: [gate.evenIfTrivial()].",
    output,
  );
}
