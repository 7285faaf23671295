// Share of rows whose decided class is the true one.
import { accuracyStatistic } from "../confusion.ts";
import { intervalOf, level } from "../intervals/interval.ts";
import { normalQuantile } from "../intervals/quantiles.ts";
import { scoreInterval } from "../intervals/score-interval.ts";
import { wilsonInterval } from "../intervals/share-interval.ts";
import { meanEstimate } from "../intervals/spread.ts";
import { type DecidedView, rightOf } from "../views.ts";
import type { Metric } from "./metric.ts";

export const accuracyMetric: Metric<DecidedView, "accuracy", "higher"> = {
  name: "accuracy",
  title: "accuracy",
  meaning: "Accuracy",
  direction: "higher",
  unit: "",
  needs: "it takes a row",
  statistic: ({ labels, decided, classes }) => accuracyStatistic(labels, decided, classes),
  // Rows by themselves are trials of a coin: Wilson's interval on their count.
  interval(view, sample) {
    const right = rightOf(view);
    const estimate = meanEstimate(Float64Array.from(right));
    if (sample.groups !== undefined) return scoreInterval({ ...estimate, expected: right.length }, sample);
    return intervalOf(estimate.value, wilsonInterval(estimate.value, right.length, normalQuantile(level)));
  },
};
