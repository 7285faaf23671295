// F1 of each class that is there, their unweighted mean.
import { f1Estimates, f1MacroStatistic } from "../confusion.ts";
import { meanScoreInterval } from "../intervals/score-interval.ts";
import type { DecidedView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const f1MacroMetric: Metric<DecidedView, "f1Macro", "higher"> = {
  name: "f1Macro",
  title: "F1 (macro)",
  meaning: "F1, macro average",
  direction: "higher",
  unit: "",
  needs: "it takes a row",
  statistic: ({ labels, decided, classes }) => f1MacroStatistic(labels, decided, classes),
  interval: ({ labels, decided, classes }, sample) => meanScoreInterval(f1Estimates(labels, decided, classes), sample),
};
