// A run's headline is the deciding metric of its best model, whichever way is better.
import { expect, test } from "vitest";
import { headlineOf } from "./headline.ts";

const of = (figures: Record<string, number>) => ({
  metrics: Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, { value, low: value, high: value }]),
  ),
});

test("the higher AUC, the lower RMSE", () => {
  expect(headlineOf({ a: of({ auc: 0.7, logLoss: 0.1 }), b: of({ auc: 0.8, logLoss: 0.9 }) })).toEqual({
    model: "b",
    metric: "auc",
    value: 0.8,
  });
  expect(headlineOf({ a: of({ rmse: 2 }), b: of({ rmse: 3 }) })).toEqual({ model: "a", metric: "rmse", value: 2 });
});

test("none where nothing was measured", () => {
  expect(headlineOf({ a: of({}) })).toBeNull();
});
