// What each answer to a row would have cost on average, by the model's probabilities and the deployment's costs.
import type { Decision, OutcomeOf } from "@lepta/api";

export interface AnswerCost {
  readonly answer: string;
  /** Mean cost of this answer over the true classes, as likely as the model says: Σ p(actual) · cost[actual][answer]. */
  readonly expected: number;
}

/** Cheapest first; undefined where the deployment has no costs. */
export function answerCosts(
  { costs }: Pick<Decision, "costs">,
  probabilities: OutcomeOf<"class">["probabilities"],
): AnswerCost[] | undefined {
  if (!costs) return undefined;
  const classes = Object.keys(probabilities);
  return classes
    .map((answer) => ({
      answer,
      expected: classes.reduce((sum, actual) => sum + (probabilities[actual] ?? 0) * (costs[actual]?.[answer] ?? 0), 0),
    }))
    .sort((a, b) => a.expected - b.expected);
}
