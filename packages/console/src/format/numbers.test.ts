// Numbers as text.
import { describe, expect, it } from "vitest";
import { formatBounds, formatCount, formatProbability, formatShare, formatSigned, formatValue } from "./numbers.ts";

describe("numbers", () => {
  it("groups counts", () => expect(formatCount(1234567, "en-US")).toBe("1,234,567"));

  it.each([
    [0.8, "80%"],
    [0.045, "4.5%"],
    [0, "0%"],
    [1, "100%"],
  ])("share %d is %s", (share, text) => expect(formatShare(share, "en-US")).toBe(text));

  it.each([
    [0.78125, "0.781"],
    [0, "0.000"],
    [-0.0001, "0.000"],
    [12.345, "12.35"],
    [123.456, "123.5"],
    [98765.4, "98,765"],
  ])("value %d is %s", (value, text) => expect(formatValue(value, "en-US")).toBe(text));

  it.each([
    [0.12, "+0.120"],
    [-0.12, "−0.120"],
    [0.0001, "0.000"],
  ])("difference %d is %s", (value, text) => expect(formatSigned(value, "en-US")).toBe(text));

  it("never says that a probability is 0", () => {
    expect(formatProbability(0.0432, "en-US")).toBe("= 0.043");
    expect(formatProbability(1e-9, "en-US")).toBe("< 0.001");
  });

  it("says bounds, and nothing where there are none", () => {
    expect(formatBounds({ value: 0.5, low: 0.4, high: 0.6 }, false, "en-US")).toBe("0.400 to 0.600");
    expect(formatBounds({ value: 0.5, low: -0.4, high: 0.6 }, true, "en-US")).toBe("−0.400 to +0.600");
    expect(formatBounds({ value: 0.5, low: null, high: null })).toBeUndefined();
    expect(formatBounds({ value: 0.5, low: null, high: null, reason: "one row is too few to say" })).toBe(
      "no interval: one row is too few to say",
    );
  });
});
