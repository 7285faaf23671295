// Names, order and choice of metrics.
import { describe, expect, it } from "vitest";
import { headlineMetric, metricName, orderedMetrics } from "./metrics.ts";

const interval = { value: 0.8, low: null, high: null };

describe("metrics", () => {
  it("knows the usual names and spells out the others", () => {
    expect(metricName("auc").label).toBe("AUC");
    expect(metricName("defaultRate")).toMatchObject({ label: "Default rate", better: "higher" });
    expect(metricName("pinballLoss").better).toBe("lower");
  });

  it("picks the task's own metric, else the first there is", () => {
    expect(headlineMetric("binary", { logLoss: interval, auc: interval })?.name).toBe("auc");
    expect(headlineMetric("regression", { r2: interval })?.name).toBe("r2");
    expect(headlineMetric("regression", { custom: interval })?.name).toBe("custom");
    expect(headlineMetric("binary", {})).toBeUndefined();
  });

  it("orders the known before the unknown, each once", () => {
    expect(orderedMetrics({ zeta: 1, logLoss: 1 }, { auc: 1, alpha: 1, logLoss: 1 })).toEqual([
      "auc",
      "logLoss",
      "alpha",
      "zeta",
    ]);
  });
});
