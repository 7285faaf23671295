// Estimates of the classes that have one.
import type { ScoreEstimate } from "../intervals/score-interval.ts";
import type { Ranking } from "../ranking.ts";

export function estimatesOf(
  rankings: readonly Ranking[],
  of: (ranking: Ranking) => ScoreEstimate | undefined,
): ScoreEstimate[] {
  return rankings.flatMap((ranking) => of(ranking) ?? []);
}
