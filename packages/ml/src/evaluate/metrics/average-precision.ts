// Average precision; of several classes the mean of each against the rest.
import { averagePrecisionEstimate, averagePrecisionOf } from "../average-precision.ts";
import { meanScoreInterval } from "../intervals/score-interval.ts";
import { meanOf } from "../mean-statistic.ts";
import type { RankedView } from "../views.ts";
import { estimatesOf } from "./estimates.ts";
import type { Metric } from "./metric.ts";

export const averagePrecisionMetric: Metric<RankedView, "averagePrecision", "higher"> = {
  name: "averagePrecision",
  title: "average precision",
  meaning: "Average precision",
  direction: "higher",
  unit: "",
  needs: "it takes rows of two classes",
  statistic: (view) => meanOf(view.rankings().map(averagePrecisionOf)),
  interval: (view, sample) => meanScoreInterval(estimatesOf(view.rankings(), averagePrecisionEstimate), sample),
};
