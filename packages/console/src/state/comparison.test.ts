// Verdicts follow the interval alone; the plot's span holds everything it must show.
import { describe, expect, it } from "vitest";
import { costVerdict, plotDomain } from "./comparison.ts";

const challenger = (low: number | null, high: number | null) =>
  costVerdict({ role: "challenger", difference: { value: 0, low, high } }).kind;

describe("costVerdict", () => {
  it("needs the whole interval on one side of 0", () => {
    expect(challenger(-0.3, -0.1)).toBe("better");
    expect(challenger(0.1, 0.3)).toBe("worse");
    expect(challenger(-0.1, 0.3)).toBe("open");
    expect(challenger(-0.1, 0)).toBe("open");
    expect(challenger(null, null)).toBe("waiting");
    expect(costVerdict({ role: "challenger", difference: null }).kind).toBe("waiting");
    expect(costVerdict({ role: "champion", difference: null }).kind).toBe("reference");
  });
});

describe("plotDomain", () => {
  it("holds bounds and the points asked for", () => {
    const [low, high] = plotDomain([{ value: 0.5, low: 0.4, high: 0.6 }, null], [0]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0.6);
  });
  it("has a width for one value and for none", () => {
    const [low, high] = plotDomain([{ value: 2, low: null, high: null }]);
    expect(high).toBeGreaterThan(low);
    expect(plotDomain([])).toEqual([0, 1]);
  });
});
