// Intervals of the metrics of class probabilities.
import { aucEstimate, oneVersusRest } from "./auc.ts";
import { averagePrecisionEstimate } from "./average-precision.ts";
import { eceBins } from "./calibration.ts";
import { f1Estimates } from "./confusion.ts";
import { eceInterval } from "./intervals/ece-interval.ts";
import { type Interval, intervalOf, level, type Sample, tooFew } from "./intervals/interval.ts";
import { factorInterval, withMissed } from "./intervals/mean-interval.ts";
import { normalQuantile } from "./intervals/quantiles.ts";
import { meanScoreInterval, type ScoreEstimate, scoreInterval } from "./intervals/score-interval.ts";
import { wilsonInterval } from "./intervals/share-interval.ts";
import { meanEstimate, spreadOf } from "./intervals/spread.ts";
import { lossesOf } from "./log-loss.ts";
import { type Ranking, rankRows } from "./ranking.ts";

export interface DecidedClasses {
  /** Class indices. */
  readonly labels: Int32Array;
  readonly decided: Int32Array;
  /** Row-major [rows, classes]. */
  readonly probabilities: Float32Array | Float64Array;
  readonly classes: number;
  /** Class whose score the ranking metrics go by; undefined: each against the rest. */
  readonly positive?: number;
}

type ClassMetric = "auc" | "averagePrecision" | "accuracy" | "f1Macro" | "logLoss" | "ece";

/** Each metric's interval; undefined where the metric is. */
export function classIntervals(rows: DecidedClasses, sample: Sample): Record<ClassMetric, Interval | undefined> {
  const { labels, decided, classes, positive } = rows;
  const rankings = rankingsOf(rows);
  const scores =
    positive === undefined
      ? {
          labels: rightOf(rows),
          scores: Float64Array.from(decided, (at, row) => rows.probabilities[row * classes + at]!),
        }
      : oneVersusRest(labels, rows.probabilities, classes, positive);
  return {
    auc: meanScoreInterval(estimatesOf(rankings, aucEstimate), sample),
    averagePrecision: meanScoreInterval(estimatesOf(rankings, averagePrecisionEstimate), sample),
    accuracy: accuracyInterval(rightOf(rows), sample),
    f1Macro: meanScoreInterval(f1Estimates(labels, decided, classes), sample),
    logLoss: logLossInterval(rows, sample),
    ece: calibrationInterval(scores.labels, scores.scores, sample),
  };
}

function rankingsOf({ labels, probabilities, classes, positive }: DecidedClasses): Ranking[] {
  const chosen = positive === undefined ? Array.from({ length: classes }, (_, i) => i) : [positive];
  return chosen.map((each) => {
    const part = oneVersusRest(labels, probabilities, classes, each);
    return rankRows(part.labels, part.scores);
  });
}

function estimatesOf(rankings: Ranking[], of: (ranking: Ranking) => ScoreEstimate | undefined): ScoreEstimate[] {
  return rankings.flatMap((ranking) => of(ranking) ?? []);
}

function rightOf({ labels, decided }: DecidedClasses): Uint8Array {
  return Uint8Array.from(labels, (label, row) => (label === decided[row] ? 1 : 0));
}

/** Rows by themselves are trials of a coin: Wilson's interval on their count. */
function accuracyInterval(right: Uint8Array, sample: Sample): Interval {
  const estimate = meanEstimate(Float64Array.from(right));
  if (sample.groups !== undefined) return scoreInterval({ ...estimate, expected: right.length }, sample);
  return intervalOf(estimate.value, wilsonInterval(estimate.value, right.length, normalQuantile(level)));
}

function logLossInterval({ labels, probabilities, classes }: DecidedClasses, sample: Sample): Interval {
  const losses = lossesOf(labels, probabilities, classes);
  const { value, influence } = meanEstimate(losses);
  const spread = spreadOf(influence, sample.groups);
  if (spread.units < 2) return intervalOf(value, tooFew(sample));
  const swings = losses.map((loss, row) => swing(loss, labels[row]!, probabilities, row * classes, classes));
  const whole = withMissed(spread, swings);
  const factors = factorInterval({ ...whole, variance: whole.variance / value ** 2 }, level);
  if (typeof factors === "string") return intervalOf(value, factors);
  return intervalOf(value, { low: value * factors.low, high: value * factors.high });
}

/** How far the row's loss would move had it had the class that is most probable among the others. */
function swing(loss: number, label: number, probabilities: ArrayLike<number>, at: number, classes: number): number {
  let other = 0;
  for (let i = 0; i < classes; i++) if (i !== label) other = Math.max(other, probabilities[at + i]!);
  return -Math.log(Math.max(other, 2 ** -23)) - loss;
}

function calibrationInterval(labels: ArrayLike<number>, scores: ArrayLike<number>, sample: Sample): Interval {
  const { value, gaps, covariance, units } = eceBins(labels, scores, sample.groups);
  if (sample.groups !== undefined && units < 2) return intervalOf(value, tooFew(sample));
  return intervalOf(value, eceInterval(gaps, covariance, { level, seed: sample.seed }));
}
