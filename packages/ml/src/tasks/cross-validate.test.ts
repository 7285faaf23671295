// Cross-validation of a real training on a table whose answer is known.
import { type Column, inferSchema, makeTable } from "@lepta/data";
import { rng } from "@lepta/nn";
import { expect, test } from "vitest";
import { crossValidate } from "./cross-validate.ts";

const random = rng(4);
const rows = 150;
const x = Float64Array.from({ length: rows }, () => random.normal());
const noise = Float64Array.from({ length: rows }, () => random.normal());
const table = makeTable([
  { name: "x", type: "number", data: x },
  { name: "noise", type: "number", data: noise },
  { name: "y", type: "category", data: Array.from(x, (value) => (value + random.normal() > 0 ? "yes" : "no")) },
] satisfies Column[]);

test("logistic regression on one informative column", async () => {
  const schema = inferSchema(table, { target: "y", positive: "yes" });
  const seen: number[] = [];
  const options = {
    folds: 3,
    seed: 1,
    model: "logistic",
    onEvent: ({ fold }: { fold: number }) => seen.push(fold),
  } as const;
  const summary = await crossValidate(table, schema, options);
  expect(seen).toEqual([0, 1, 2]);
  // Of x ~ N(0, 1) and y = [x + N(0, 1) > 0] the best AUC is 5/6 (angle between the score and the noisy score: 45°).
  expect(summary.auc!.value).toBeGreaterThan(0.75);
  expect(summary.auc!.value).toBeLessThan(0.92);
  expect(summary.auc!.sd).toBeGreaterThan(0);
  expect(Object.keys(summary)).toEqual(["auc", "averagePrecision", "accuracy", "f1Macro", "logLoss", "ece"]);
});
