// Days without usage are there as zero, and products stand on each other.
import { describe, expect, it } from "vitest";
import { monthSpan, recentMonths, usageDays, usedDays } from "./usage-days.ts";

describe("usageDays", () => {
  it("fills the days and stacks the products", () => {
    const days = usageDays({
      from: "2026-02-27T00:00:00Z",
      to: "2026-03-02T00:00:00Z",
      days: [
        { day: "2026-02-28", product: "fraud", count: 3 },
        { day: "2026-02-28", product: "credit", count: 5 },
        { day: "2026-03-01", product: "fraud", count: 2 },
        { day: "2026-04-01", product: "fraud", count: 99 },
      ],
    });
    expect(days).toEqual({
      days: ["2026-02-27", "2026-02-28", "2026-03-01"],
      products: ["credit", "fraud"],
      counts: [
        [0, 5, 0],
        [0, 3, 2],
      ],
      stacked: [
        [0, 5, 0],
        [0, 8, 2],
      ],
    });
  });
});

describe("months", () => {
  it("span from midnight to midnight UTC", () => {
    expect(monthSpan("2026-12")).toEqual({ from: "2026-12-01T00:00:00.000Z", to: "2027-01-01T00:00:00.000Z" });
  });
  it("go back over the year", () => {
    expect(recentMonths(3, Date.parse("2026-01-31T23:59:00Z"))).toEqual(["2026-01", "2025-12", "2025-11"]);
  });
});

it("counts the days on which something was used", () => {
  const day = (day: string, count: number) => ({ day, product: "credit", count });
  expect(usedDays({ days: [] })).toBe(0);
  expect(usedDays({ days: [day("2026-03-01", 2), day("2026-03-01", 1), day("2026-03-02", 0)] })).toBe(1);
  expect(usedDays({ days: [day("2026-03-01", 2), day("2026-03-02", 1)] })).toBe(2);
});
