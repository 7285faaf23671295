// Gates on any metric, on cost and against the baseline; a refusal keeps and shows its figures.
import { metrics } from "@lepta/ml";
import { expect, test } from "vitest";
import type { PipelineEvent } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { MeasuredModel } from "../learning/learn.ts";
import { defineProduct } from "../product/define.ts";
import { type Gate, gate } from "../product/gate.ts";
import { table } from "../product/table.ts";
import { tabular } from "../product/tabular.ts";
import type { StageLog } from "../store/stage-log.ts";
import { gatesText } from "../text/gates-text.ts";
import { gateResults } from "./gates.ts";
import { runStage, StageRefusal } from "./run-stage.ts";
import type { RunTools } from "./tools.ts";

function model(name: string, figures: Readonly<Record<string, number>>, meanCost: number | null): MeasuredModel {
  const measured = Object.fromEntries(
    Object.entries(figures).map(([metric, value]) => [metric, { value, low: value, high: value }]),
  );
  return { model: name, metrics: measured, meanCost } as unknown as MeasuredModel;
}
const models = [
  model("logistic", { auc: 0.8, logLoss: 0.5 }, 0.6),
  model("network", { auc: 0.79, logLoss: 0.45 }, 0.5),
];
const figures = { metrics: Object.values(metrics), championFigure: () => undefined };
const results = (gates: readonly Gate[]) => gateResults(gates, models, "network", figures, new Map());

test.each([
  [gate.min("auc", 0.79), true, 0.79, 0.79],
  [gate.min("auc", 0.8), false, 0.79, 0.8],
  [gate.max("logLoss", 0.45), true, 0.45, 0.45],
  [gate.max("logLoss", 0.4), false, 0.45, 0.4],
  [gate.cost(0.5), true, 0.5, 0.5],
  [gate.cost(0.49), false, 0.5, 0.49],
  [gate.noWorseThan("baseline", "auc"), false, 0.79, 0.8],
  [gate.noWorseThan("baseline", "auc", { by: 0.02 }), true, 0.79, 0.78],
  [gate.noWorseThan("baseline", "logLoss"), true, 0.45, 0.5],
  [gate.noWorseThan("baseline", "cost"), true, 0.5, 0.6],
  [gate.min("accuracy", 0), false, null, 0],
] as const)("%j", (one, passed, measured, bound) => {
  const [result] = results([one]);
  expect(result).toMatchObject({ passed, measured, model: "network" });
  if (bound !== null) expect(result?.bound).toBeCloseTo(bound, 12);
});

test("a gate names what it judges, and fails where no such model was trained", () => {
  expect(results([gate.min("auc", 0.8, { of: "logistic" })])).toMatchObject([{ model: "logistic", passed: true }]);
  expect(results([gate.min("auc", 0.8, { of: "forest" })])).toMatchObject([{ model: "forest", passed: false }]);
  const data = table("a.csv", { target: "y" });
  const misspelt = { name: "a", data, task: tabular.classifier(), gates: [gate.min("auc", 0.8, { of: "netwrk" })] };
  expect(() => defineProduct(misspelt)).toThrow(/netwrk/);
});

test("the table shows what was measured and the bound", () => {
  expect(gatesText(results([gate.min("auc", 0.8), gate.cost(0.5)])).join("\n")).toMatch(
    /AUC at least 0\.8\S* +network +0\.79\S* +0\.8\S* +failed\nmean cost at most 0\.5\S* +network +0\.5\S* +0\.5\S* +passed/,
  );
});

test("a gate that the task has no figure for does not load", () => {
  const data = table("a.csv", { target: "y", positive: "1" });
  expect(() => defineProduct({ name: "a", data, task: tabular.classifier(), gates: [gate.cost(1)] })).toThrow(
    /no costs/,
  );
  const rent = table("a.csv", { target: "y" });
  const untyped = [gate.max("logLoss", 1)] as never;
  expect(() => defineProduct({ name: "a", data: rent, task: tabular.regressor(), gates: untyped })).toThrow(
    /metric of a regressor/,
  );
});

test("a stage that refuses leaves its figures in the log and on the terminal", async () => {
  const ends: unknown[] = [];
  const log: StageLog = {
    find: async () => undefined,
    start: async () => {},
    end: async (...args) => void ends.push(args[3]),
  };
  const lines: string[] = [];
  const stage = {
    name: "evaluate",
    run: async (): Promise<JsonObject> => {
      throw new StageRefusal("gate-failed", "no", "yes", { auc: 0.7 });
    },
    describe: (output: JsonObject) => [`AUC ${output.auc}`],
    summary: (output: JsonObject) => output,
  };
  const report = (event: PipelineEvent): void => void (event.type === "stage-end" && lines.push(...event.lines));
  const tools = { report, signal: new AbortController().signal } as RunTools;
  const runner = { tools, log, codeVersion: "1", order: ["evaluate"] };
  await expect(runStage(runner, stage, {})).rejects.toMatchObject({ code: "gate-failed" });
  expect(ends).toMatchObject([{ status: "failed", summary: { auc: 0.7 } }]);
  expect(lines).toEqual(["AUC 0.7"]);
});
