// A run's headline is the deciding metric of its best model, whichever way is better.
import { type MetricName, metrics } from "@lepta/ml";
import { expect, test } from "vitest";
import { headlineOf } from "./headline.ts";

const of = (model: string, figures: Record<string, number>) => ({
  model,
  metrics: Object.fromEntries(
    Object.entries(figures).map(([name, value]) => {
      const { title, direction, unit } = metrics[name as MetricName];
      return [name, { title, direction, unit, value, low: value, high: value }];
    }),
  ),
});

test("the higher AUC, the lower RMSE", () => {
  expect(headlineOf([of("a", { auc: 0.7, logLoss: 0.1 }), of("b", { auc: 0.8, logLoss: 0.9 })])).toEqual({
    model: "b",
    metric: "auc",
    value: 0.8,
    title: "AUC",
    direction: "higher",
    unit: "",
  });
  expect(headlineOf([of("a", { rmse: 2 }), of("b", { rmse: 3 })])).toMatchObject({
    model: "a",
    metric: "rmse",
    value: 2,
  });
});

test("none where nothing was measured", () => {
  expect(headlineOf([of("a", {})])).toBeNull();
});
