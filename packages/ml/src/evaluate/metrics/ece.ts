// Expected calibration error: of the positive class, or of the class decided where there are more than two.
import { eceBins, eceStatistic } from "../calibration.ts";
import { eceInterval } from "../intervals/ece-interval.ts";
import { intervalOf, level, tooFew } from "../intervals/interval.ts";
import type { ProbabilityView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const eceMetric: Metric<ProbabilityView, "ece", "lower"> = {
  name: "ece",
  title: "calibration error",
  meaning: "Expected calibration error",
  direction: "lower",
  unit: "",
  needs: "it takes a row",
  statistic(view) {
    const { labels, scores } = view.confidence();
    return eceStatistic(labels, scores);
  },
  interval(view, sample) {
    const { labels, scores } = view.confidence();
    const { value, gaps, covariance, units } = eceBins(labels, scores, sample.groups);
    if (sample.groups !== undefined && units < 2) return intervalOf(value, tooFew(sample));
    return intervalOf(value, eceInterval(gaps, covariance, { level, seed: sample.seed }));
  },
};
