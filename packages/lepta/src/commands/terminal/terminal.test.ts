// How errors, curves, tables and money look.
import { describe, expect, test } from "vitest";
import { CliError } from "../../errors.ts";
import { formatMoney } from "../../text/numbers.ts";
import { textTable } from "../../text/text-table.ts";
import { errorReport, errorText } from "./error-text.ts";
import { sparkline } from "./sparkline.ts";

describe("errors", () => {
  const error = new CliError("gate-failed", "auc 0.6 is below 0.7.", "Lower the bar.", { cause: new Error("inner") });
  test("what, fix and code; no stack", () => {
    expect(errorText(error, false)).toBe("error: auc 0.6 is below 0.7.\n  fix: Lower the bar.\n code: gate-failed");
  });
  test("the stack and its causes with debug", () => {
    expect(errorText(error, true)).toMatch(/at .*terminal\.test\.ts[\s\S]*Error: inner/);
  });
  test("an error without a code gets one", () => {
    expect(errorReport(new TypeError("x is not a function"))).toMatchObject({
      code: "unexpected-failure",
      message: "x is not a function",
    });
  });
});

test("a sparkline spans the values", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([5, 5, 5])).toBe("▁▁▁");
  expect(sparkline([])).toBe("");
  expect(sparkline(Array.from({ length: 1000 }, (_, i) => i))).toHaveLength(24);
});

test("tables align numbers right and words left", () => {
  expect(
    textTable([
      ["model", "AUC"],
      ["network", "0.8"],
      ["x", "0.78"],
    ]),
  ).toEqual(["model     AUC", "network   0.8", "x        0.78"]);
});

test.each([
  [200_000, "0.20 USD"],
  [2000, "0.002 USD"],
  [12_500_000, "12.50 USD"],
  [1, "0.000001 USD"],
  [0, "0.00 USD"],
])("%i micro-units are %s", (micros, text) => {
  expect(formatMoney(micros, "USD")).toBe(text);
});
