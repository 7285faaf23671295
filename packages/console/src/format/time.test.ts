// Instants and durations as text.
import { describe, expect, it } from "vitest";
import { formatAbsolute, formatDay, formatDuration, formatPeriod, formatRelative } from "./time.ts";

const now = Date.parse("2026-03-10T12:00:00Z");

describe("time", () => {
  it.each([
    ["2026-03-10T11:59:58Z", "now"],
    ["2026-03-10T11:59:20Z", "40 seconds ago"],
    ["2026-03-10T11:57:00Z", "3 minutes ago"],
    ["2026-03-09T12:00:00Z", "yesterday"],
    ["2026-03-12T12:00:00Z", "in 2 days"],
    ["2026-02-10T12:00:00Z", "4 weeks ago"],
    ["2023-03-10T12:00:00Z", "3 years ago"],
  ])("%s is %s", (at, text) => expect(formatRelative(at, now, "en-US")).toBe(text));

  it("names the zone of an absolute time", () => {
    expect(formatAbsolute("2026-03-10T12:00:00Z", "en-US", "UTC")).toMatch(/^Mar 10, 2026, 12:00:00\sPM UTC$/);
  });

  it("says periods and days in UTC wherever the reader is", () => {
    expect(formatPeriod("2026-03", "en-US")).toBe("March 2026");
    expect(formatDay("2026-03-01", "en-US")).toBe("Mar 1");
  });

  it.each([
    [0, "0 ms"],
    [840.4, "840 ms"],
    [12_340, "12.3 s"],
    [59_960, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [4_320_000, "1 h 12 min"],
  ])("%d ms is %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});
