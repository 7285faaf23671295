// What defineProduct and its parts refuse, and the defaults that they fill.
import { setPrice, type Tenant } from "@lepta/server";
import { describe, expect, test } from "vitest";
import { defineProduct } from "./define.ts";
import { deploy } from "./deploy.ts";
import { gate } from "./gate.ts";
import { mostPrice, price } from "./price.ts";
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

  test("takes what a store takes, and no more", async () => {
    const tenant = {
      transaction: async () => {
        throw new Error("taken");
      },
    } as unknown as Tenant;
    for (const key of ["amountMicros", "freePerMonth"] as const)
      for (const [above, refused] of [
        [0, "taken"],
        [1, "cannot be"],
      ] as const) {
        const given = { product: "p", currency: "USD", amountMicros: 1, [key]: mostPrice[key] + above };
        await expect(setPrice(tenant, given)).rejects.toThrow(refused);
      }
    expect(price.perPrediction("1000 USD", { free: 1e9 })).toMatchObject(mostPrice);
  });

  test("refuses a broken allowance", () => {
    expect(() => price.perPrediction("1 USD", { free: -1 })).toThrow(invalid);
  });
});

describe("a product file that no compiler saw", () => {
  const task = tabular.classifier();
  /** What a file's text may hold, whatever the types say. */
  const untyped = (value: unknown): never => value as never;
  const options = (more: object): never => untyped({ target: "y", ...more });
  test.each<[string, () => unknown, RegExp]>([
    ["gate for gates", () => defineProduct(untyped({ name: "p", data, task, gate: [] })), /unknown key "gate"/],
    ["a gate that is no list", () => defineProduct(untyped({ name: "p", data, task, gates: 0.7 })), /gates is 0\.7/],
    ["a metric that is none", () => gate.min(untyped("acc"), 0.7), /the metric is "acc"/],
    ["a bound that is none", () => gate.min("auc", untyped("high")), /the bound is "high"/],
    [
      "a metric of the other task",
      () => defineProduct(untyped({ name: "p", data, task, gates: [gate.min("r2", 0.7)] })),
      /metric of a classifier's gate is "r2"/,
    ],
    [
      "a column type that is none",
      () => defineProduct({ name: "p", data: table("x.csv", options({ columns: { age: "numbr" } })), task }),
      /type of column "age" is "numbr"/,
    ],
    ["colums for columns", () => table("x.csv", options({ colums: {} })), /unknown key "colums"/],
    ["no target", () => defineProduct({ name: "p", data: table("x.csv", untyped({})), task }), /target is missing/],
    ["no data", () => defineProduct(untyped({ name: "p", task })), /data is missing/],
    ["no task", () => defineProduct(untyped({ name: "p", data })), /task is missing/],
    ["no name", () => defineProduct(untyped({ data, task })), /name missing/],
    ["no object", () => defineProduct(untyped("p")), /is "p", not an object/],
    ["cost for costs", () => tabular.classifier(untyped({ cost: {} })), /unknown key "cost"/],
    [
      "a misspelt cost",
      () => defineProduct({ name: "p", data, task: tabular.classifier(untyped({ costs: { falseNegativ: 1 } })) }),
      /unknown key "falseNegativ"/,
    ],
    ["share for traffic", () => deploy.experiment(untyped({ share: 0.2 })), /unknown key "share"/],
    ["freePerMonth for free", () => price.perPrediction("1 USD", untyped({ freePerMonth: 1 })), /key "freePerMonth"/],
    ["an amount no store takes", () => price.perPrediction("1000.000001 USD"), /amount/],
    ["a number for a price", () => price.perPrediction(untyped(2)), /price 2/],
    ["an allowance no store takes", () => price.perPrediction("1 USD", { free: 2e9 }), /allowance 2000000000/],
    [
      "a positive class of a regression",
      () => defineProduct(untyped({ name: "p", data, task: tabular.regressor() })),
      /no positive class/,
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(invalid);
    expect(make).toThrow(message);
  });

  test("the fix names the key that was meant", () => {
    expect(() => defineProduct(untyped({ name: "p", data, task, gate: [] }))).toThrow(
      expect.objectContaining({ fix: expect.stringMatching(/Did you mean "gates"/) }),
    );
  });
});
