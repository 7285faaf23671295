// Mean absolute error.
import { absoluteErrorInterval } from "../error-intervals.ts";
import { maeStatistic } from "../regression.ts";
import type { NumberView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const maeMetric: Metric<NumberView, "mae", "lower"> = {
  name: "mae",
  title: "MAE",
  meaning: "Mean absolute error",
  direction: "lower",
  unit: "of the target",
  needs: "it takes a row",
  statistic: ({ targets, values }) => maeStatistic(targets, values),
  interval: (view, sample) => absoluteErrorInterval(view, sample, maeStatistic(view.targets, view.values)()),
};
