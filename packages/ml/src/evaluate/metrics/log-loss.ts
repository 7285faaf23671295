// Mean negative logarithm of the true class's probability.
import { type Interval, intervalOf, level, type Sample, tooFew } from "../intervals/interval.ts";
import { factorInterval, withMissed } from "../intervals/mean-interval.ts";
import { meanEstimate, spreadOf } from "../intervals/spread.ts";
import { logLossStatistic, lossesOf } from "../log-loss.ts";
import type { ProbabilityView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const logLossMetric: Metric<ProbabilityView, "logLoss", "lower"> = {
  name: "logLoss",
  title: "log loss",
  meaning: "Log loss",
  direction: "lower",
  unit: "nats",
  needs: "it takes a row",
  statistic: ({ labels, probabilities, classes }) => logLossStatistic(labels, probabilities, classes),
  interval: logLossInterval,
};

function logLossInterval({ labels, probabilities, classes }: ProbabilityView, sample: Sample): Interval {
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
