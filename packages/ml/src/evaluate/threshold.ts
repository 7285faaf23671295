// The threshold that costs least: chosen on validation rows by a cost matrix, or from the costs alone.
import { MlError } from "../errors.ts";
import { groupWeights, rankRows } from "./ranking.ts";

/** What each outcome costs, in any one unit; a gain is negative. */
export interface CostMatrix {
  /** A negative called positive. */
  readonly falsePositive: number;
  /** A positive called negative. */
  readonly falseNegative: number;
  /** Default 0. */
  readonly truePositive?: number;
  /** Default 0. */
  readonly trueNegative?: number;
}

export interface ChosenThreshold {
  /** Call a row positive where its score is at least this. Above 1: call none. */
  readonly threshold: number;
  /** Mean cost a row at `threshold` on the rows that it was chosen on (optimistic: it was chosen there). */
  readonly cost: number;
  /** The threshold that would be right if the probabilities were calibrated, and its mean cost on these rows. */
  readonly bayes: { readonly threshold: number; readonly cost: number };
}

/**
 * Calling a row positive pays off from probability (FP − TN) / (FP − TN + FN − TP) on, if probabilities are calibrated
 * (Elkan 2001). Throws cost-matrix-invalid unless being wrong costs more than being right on both sides.
 */
export function bayesThreshold(costs: CostMatrix): number {
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = costs;
  const alarm = falsePositive - trueNegative;
  const miss = falseNegative - truePositive;
  if (!(Number.isFinite(alarm) && Number.isFinite(miss) && alarm > 0 && miss > 0)) {
    throw new MlError(
      "cost-matrix-invalid",
      `The cost matrix ${JSON.stringify(costs)} does not make both mistakes cost more than the right decision.`,
      "Give finite costs with falsePositive > trueNegative and falseNegative > truePositive.",
    );
  }
  return alarm / (alarm + miss);
}

/** What calling a row positive, or not, costs. */
export function costOf(isPositive: boolean, called: boolean, costs: CostMatrix): number {
  if (isPositive) return called ? (costs.truePositive ?? 0) : costs.falseNegative;
  return called ? costs.falsePositive : (costs.trueNegative ?? 0);
}

/** Mean cost a row of calling positive where `scores` ≥ `threshold`; `labels` are 0 or 1. */
export function meanCost(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
  costs: CostMatrix,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += costOf(labels[row] === 1, scores[row]! >= threshold, costs);
  return sum / labels.length;
}

/**
 * The threshold with the least mean cost on these rows; `scores` are probabilities of the positive class.
 * Every threshold between two neighbouring distinct scores decides alike, so a gap is chosen: among gaps of equal
 * cost the one nearest to the Bayes threshold, and in it the Bayes threshold if it lies there, else the middle.
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  costs: CostMatrix,
): ChosenThreshold {
  const bayes = bayesThreshold(costs);
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = costs;
  const ranking = rankRows(labels, scores);
  const { positives, negatives } = groupWeights(ranking);
  const rows = labels.length;
  const groupScore = (group: number): number => ranking.scores[ranking.ends[group]! - 1]!;

  let cost = 0;
  for (let row = 0; row < rows; row++) cost += labels[row] === 1 ? falseNegative : trueNegative;
  const above = Math.max(1, groupScore(0));
  let best = { cost, ...placeInGap(groupScore(0), above === groupScore(0) ? above * (1 + 2 ** -52) : above, bayes) };
  for (let group = 0; group < positives.length; group++) {
    cost += positives[group]! * (truePositive - falseNegative) + negatives[group]! * (falsePositive - trueNegative);
    const upper = groupScore(group);
    const lower = group + 1 < positives.length ? groupScore(group + 1) : Math.min(0, upper);
    const place = placeInGap(lower, upper, bayes);
    const tolerance = 1e-12 * (Math.abs(best.cost) + 1);
    if (cost < best.cost - tolerance || (cost <= best.cost + tolerance && place.distance < best.distance))
      best = { cost, ...place };
  }
  return {
    threshold: best.threshold,
    cost: meanCost(labels, scores, best.threshold, costs),
    bayes: { threshold: bayes, cost: meanCost(labels, scores, bayes, costs) },
  };
}

/** A threshold in (lower, upper], and how far the gap is from `wanted`. */
function placeInGap(lower: number, upper: number, wanted: number): { threshold: number; distance: number } {
  if (wanted > lower && wanted <= upper) return { threshold: wanted, distance: 0 };
  const middle = lower + (upper - lower) / 2;
  const threshold = middle > lower ? middle : upper;
  return { threshold, distance: wanted > upper ? wanted - upper : lower - wanted };
}
