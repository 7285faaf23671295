// Costs of the two mistakes choose the probability from which on the positive class is answered.
import type { ClassPredictions, FormOf } from "../../evaluate/predictions.ts";
import { classIndices, positiveIndex, positiveScores } from "../../evaluate/predictions.ts";
import { chooseThreshold, costOf } from "../../evaluate/threshold.ts";
import type { CostRule } from "../task.ts";

export const binaryCosts: CostRule<ClassPredictions, FormOf<"class">> = {
  threshold(heldOut, costs) {
    const { truth, scores } = scoresOf(heldOut);
    return chooseThreshold(truth, scores, costs).threshold;
  },
  rowCosts(predictions, costs) {
    const { truth, scores } = scoresOf(predictions);
    // Without a threshold the more probable class is answered.
    const { threshold = 0.5 } = predictions;
    return Float64Array.from(scores, (score, row) => costOf(truth[row] === 1, score >= threshold, costs));
  },
  matrix({ classes, positive }, costs) {
    const at = classes[positiveIndex(classes, positive ?? undefined)];
    const cost = (actual: string, answered: string): number => costOf(actual === at, answered === at, costs);
    return Object.fromEntries(
      classes.map((actual) => [
        actual,
        Object.fromEntries(classes.map((answered) => [answered, cost(actual, answered)])),
      ]),
    );
  },
};

/** Labels as 0 and 1, and the positive class's probabilities. */
function scoresOf({ classes, positive, labels, probabilities }: ClassPredictions): ReturnType<typeof positiveScores> {
  return positiveScores(classIndices(labels, classes), probabilities, positiveIndex(classes, positive));
}
