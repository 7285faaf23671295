// What defineProduct and its parts refuse, and the defaults that they fill.
import { describe, expect, test } from "vitest";
import { defineProduct } from "./define.ts";
import { deploy } from "./deploy.ts";
import { price } from "./price.ts";
import { table } from "./table.ts";
import { tabular } from "./tabular.ts";

const data = table("x.csv", { target: "y", positive: "1", columns: { a: "number" } });
const invalid = expect.objectContaining({ code: "product-invalid", fix: expect.stringMatching(/.+/) });

describe("defineProduct", () => {
  test("fills the defaults", () => {
    expect(defineProduct({ name: "p", data, task: tabular.classifier() })).toEqual({
      kind: "lepta-product",
      name: "p",
      data: { kind: "table", path: "x.csv", target: "y", positive: "1", columns: { a: "number" } },
      task: { kind: "classifier", costs: undefined },
      gates: [],
      deploy: { kind: "experiment", traffic: 0.2 },
      price: undefined,
      seed: 42,
    });
  });

  test.each([
    ["a name that cannot stand in a path", () => defineProduct({ name: "Credit!", data, task: tabular.classifier() })],
    ["a broken seed", () => defineProduct({ name: "p", data, task: tabular.classifier(), seed: 1.5 })],
    [
      "traffic of everything",
      () => defineProduct({ name: "p", data, task: tabular.classifier(), deploy: deploy.experiment({ traffic: 1 }) }),
    ],
    [
      "the target among the features",
      () =>
        defineProduct({
          name: "p",
          data: table("x.csv", { target: "a", columns: { a: "number" } }),
          task: tabular.classifier(),
        }),
    ],
    [
      "a negative cost",
      () =>
        defineProduct({
          name: "p",
          data,
          task: tabular.classifier({ costs: { falseNegative: -1, falsePositive: 1 } }),
        }),
    ],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(invalid);
  });
});

describe("price.perPrediction", () => {
  test.each([
    ["0.002 USD", 2000, "USD"],
    ["3 EUR", 3_000_000, "EUR"],
    ["0.000001 CHF", 1, "CHF"],
  ])("%s", (text, amountMicros, currency) => {
    expect(price.perPrediction(text, { free: 10 })).toEqual({
      unit: "prediction",
      amountMicros,
      currency,
      freePerMonth: 10,
    });
  });

  test.each(["0.002", "0.0000001 USD", "2 usd", "-1 USD", "USD 2", "1e3 USD", ""])("refuses %j", (text) => {
    expect(() => price.perPrediction(text)).toThrow(invalid);
  });

  test("refuses a broken allowance", () => {
    expect(() => price.perPrediction("1 USD", { free: -1 })).toThrow(invalid);
  });
});
