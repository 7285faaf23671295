// Choice, order and reading of metrics that say what they are.
import type { Metric } from "@lepta/api";
import { describe, expect, it } from "vitest";
import { deciding, meaning, namesOf } from "./metrics.ts";

const metric = (title: string, unit = ""): Metric => ({
  title,
  direction: "lower",
  unit,
  value: 0.8,
  low: null,
  high: null,
});

describe("metrics", () => {
  it("stands for a version by the first, whatever it is called", () => {
    expect(deciding({ pinball: metric("pinball loss"), auc: metric("AUC") })?.title).toBe("pinball loss");
    expect(deciding({})).toBeUndefined();
  });

  it("says which way is better, and the unit where there is one", () => {
    expect(meaning(metric("RMSE", "of the target"))).toBe("lower is better; of the target");
    expect(meaning(metric("share"))).toBe("lower is better");
  });

  it("orders both by the first, each once", () => {
    expect(namesOf({ zeta: 1, logLoss: 1 }, { auc: 1, logLoss: 1 })).toEqual(["zeta", "logLoss", "auc"]);
  });
});
