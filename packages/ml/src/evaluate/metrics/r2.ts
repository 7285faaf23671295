// Coefficient of determination.
import { determinationInterval } from "../error-intervals.ts";
import { r2Statistic } from "../regression.ts";
import type { NumberView } from "../views.ts";
import type { Metric } from "./metric.ts";

export const r2Metric: Metric<NumberView, "r2", "higher"> = {
  name: "r2",
  title: "R²",
  meaning: "Coefficient of determination",
  direction: "higher",
  unit: "",
  needs: "the target is the same in every row",
  statistic: ({ targets, values }) => r2Statistic(targets, values),
  interval(view, sample) {
    const r2 = r2Statistic(view.targets, view.values)();
    return Number.isNaN(r2) ? undefined : determinationInterval(view, sample, r2);
  },
};
