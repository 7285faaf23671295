// Area under the ROC curve; of several classes the mean of each against the rest.
import { aucEstimate, aucOf } from "../auc.ts";
import { meanScoreInterval } from "../intervals/score-interval.ts";
import { meanOf } from "../mean-statistic.ts";
import type { RankedView } from "../views.ts";
import { estimatesOf } from "./estimates.ts";
import type { Metric } from "./metric.ts";

export const aucMetric: Metric<RankedView, "auc", "higher"> = {
  name: "auc",
  title: "AUC",
  meaning: "Area under the ROC curve",
  direction: "higher",
  unit: "",
  needs: "it takes rows of two classes",
  statistic: (view) => meanOf(view.rankings().map(aucOf)),
  interval: (view, sample) => meanScoreInterval(estimatesOf(view.rankings(), aucEstimate), sample),
};
