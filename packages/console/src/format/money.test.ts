// Money is shown exactly: the figures that a float would spoil, and every currency's own decimals.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMicros, microsToDecimal } from "./money.ts";

describe("microsToDecimal", () => {
  it.each([
    [0, "0"],
    [1, "0.000001"],
    [2000, "0.002"],
    [1_000_000, "1"],
    [1_230_000, "1.23"],
    [-1_500_000, "-1.5"],
    [-1, "-0.000001"],
    [9_007_199_254_740_991, "9007199254.740991"],
  ])("%d micros are %s", (micros, decimal) => {
    expect(microsToDecimal(micros)).toBe(decimal);
  });

  it("gives back the same micros", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (micros) => {
        const text = microsToDecimal(micros);
        const [whole, fraction = ""] = text.replace("-", "").split(".");
        const magnitude = BigInt(whole as string) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
        expect(text.startsWith("-") ? -magnitude : magnitude).toBe(micros);
      }),
    );
  });
});

describe("formatMicros", () => {
  it.each([
    [2000, "USD", "$0.002"],
    [0, "USD", "$0.00"],
    [12_340_000, "USD", "$12.34"],
    [1_234_567_890_123, "EUR", "€1,234,567.890123"],
    [100_000, "USD", "$0.10"],
    [5_000_000, "JPY", "¥5"],
    [-400_000, "USD", "-$0.40"],
  ])("%d micros of %s are %s", (micros, currency, text) => {
    expect(formatMicros(micros, currency, "en-US")).toBe(text);
  });

  it("keeps a sum that no double holds", () => {
    expect(formatMicros(9_007_199_254_740_991n * 10n, "USD", "en-US")).toBe("$90,071,992,547.40991");
  });
});
