// Root mean squared error.
import { squaredErrorInterval } from "../error-intervals.ts";
import { rmseStatistic } from "../regression.ts";
import type { NumberView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const rmseMetric: Metric<NumberView, "rmse", "lower"> = {
  name: "rmse",
  title: "RMSE",
  meaning: "Root mean squared error",
  direction: "lower",
  unit: "of the target",
  needs: "it takes a row",
  statistic: ({ targets, values }) => rmseStatistic(targets, values),
  interval: (view, sample) =>
    squaredErrorInterval(view, sample, rmseStatistic(view.targets, view.values)(), (value, { low, high }) => ({
      low: value * Math.sqrt(low),
      high: value * Math.sqrt(high),
    })),
};
