// Every key of a product, changed in turn on one store: exactly the stages that hang on it run again, all others are reused.
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PipelineEvent } from "../events.ts";
import { defineProduct, type Product } from "../product/define.ts";
import { deploy } from "../product/deploy.ts";
import { type Gate, gate } from "../product/gate.ts";
import { price } from "../product/price.ts";
import { type TableOptions, table } from "../product/table.ts";
import { tabular } from "../product/tabular.ts";
import { createRunLog } from "../store/run-log.ts";
import type { Served } from "../store/served.ts";
import { openServedStore } from "../store/served-store.ts";
import { runStages } from "./ship.ts";
import type { LineResult } from "./stage-line.ts";
import { productStages, type StageName, type StageOutputs } from "./stages/index.ts";

let directory = "";
let served: Served;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lepta-keys-"));
  await writeFile(join(directory, "first.csv"), rows(80));
  await copyFile(join(directory, "first.csv"), join(directory, "copy.csv"));
  await writeFile(join(directory, "more.csv"), rows(90));
  served = await openServedStore(join(directory, "store"), { port: 0, jobs: false });
});
afterAll(async () => {
  await served?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Two targets that follow size, one of two classes and one a number; a person has two rows. */
function rows(count: number): string {
  const lines = Array.from({ length: count }, (_, row) => {
    const size = (row * 37) % 101;
    return `p${row >> 1},${size},${["oak", "elm", "fir"][(row * 7) % 3]},${size > 60 ? "tall" : "short"},${size > 40 ? 1 : 0}`;
  });
  return `person,size,tree,y,z\n${lines.join("\n")}\n`;
}

/** @param ended is told of each stage that ends */
async function ship(
  product: Product,
  ended: (stage: string, status: string) => void = () => {},
): Promise<LineResult<StageOutputs>> {
  const log = await createRunLog(served.client, product.name, product.seed);
  const report = (event: PipelineEvent): void => {
    log.report(event);
    if (event.type === "stage-end") ended(event.stage, event.status);
  };
  try {
    return await runStages({ product, directory }, { served, log, report, signal: new AbortController().signal });
  } finally {
    await log.finish("done");
  }
}

const order = productStages.stages.map(({ name }) => name);
const from = (stage: StageName): readonly string[] => order.slice(order.indexOf(stage));

const one = {
  path: "first.csv",
  target: "y",
  positive: "tall",
  columns: { size: "number", tree: "category" },
} as const;
interface Keys extends TableOptions<Record<string, "number" | "category">> {
  readonly name: string;
  readonly path: string;
  readonly positive: string | undefined;
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number };
  readonly regressor: boolean;
  readonly gates: readonly Gate[];
  readonly traffic: number;
  readonly amount: string | undefined;
  readonly free: number;
  readonly seed: number;
}

function productOf(keys: Keys): Product {
  const {
    name,
    path,
    target,
    positive,
    columns,
    group,
    reading,
    costs,
    regressor,
    gates,
    traffic,
    amount,
    free,
    seed,
  } = keys;
  const options = {
    target,
    ...(columns === undefined ? {} : { columns }),
    ...(group === undefined ? {} : { group }),
    ...(reading === undefined ? {} : { reading }),
  };
  const common = {
    name,
    seed,
    deploy: deploy.experiment({ traffic }),
    ...(amount === undefined ? {} : { price: price.perPrediction(amount, { free }) }),
  };
  if (regressor)
    return defineProduct({
      ...common,
      data: table(path, options),
      task: tabular.regressor(),
      gates: [gate.evenIfTrivial()],
    });
  return defineProduct({
    ...common,
    data: table(path, { ...options, positive: positive as string }),
    task: tabular.classifier({ costs }),
    gates: gates as readonly Gate<"auc" | "logLoss">[],
  });
}

/** What is shipped now. Each step changes one key and leaves it changed. */
let keys: Keys = {
  name: "trees",
  ...one,
  costs: { falseNegative: 5, falsePositive: 1 },
  regressor: false,
  gates: [],
  traffic: 0.2,
  amount: undefined,
  free: 0,
  seed: 1,
};
let last: LineResult<StageOutputs>;

test("at first every stage runs", { timeout: 60_000 }, async () => {
  last = await ship(productOf(keys));
  expect(last.results.map(({ stage, status }) => `${stage} ${status}`)).toEqual(order.map((name) => `${name} done`));
});

test.each<[what: string, change: Partial<Keys>, again: readonly string[]]>([
  ["nothing", {}, []],
  ["the data's path, not its content", { path: "copy.csv" }, []],
  ["a gate: min", { gates: [gate.min("auc", 0)] }, ["evaluate"]],
  ["a gate: max", { gates: [gate.max("logLoss", 100)] }, ["evaluate"]],
  ["a gate: cost", { gates: [gate.cost(100)] }, ["evaluate"]],
  ["a gate: noWorseThan the baseline", { gates: [gate.noWorseThan("baseline", "auc", { by: 1 })] }, ["evaluate"]],
  ["a gate: noWorseThan the champion", { gates: [gate.noWorseThan("champion", "auc", { by: 1 })] }, ["evaluate"]],
  ["a gate: evenIfTrivial", { gates: [gate.evenIfTrivial()] }, ["evaluate"]],
  ["a price", { amount: "0.01 USD" }, ["deploy", "bill"]],
  ["the price's amount", { amount: "0.02 USD" }, ["deploy", "bill"]],
  ["the price's currency", { amount: "0.02 EUR" }, ["deploy", "bill"]],
  ["the price's allowance", { free: 7 }, ["deploy", "bill"]],
  ["deploy.traffic", { traffic: 0.4 }, from("deploy")],
  ["the task's costs: false negative", { costs: { falseNegative: 6, falsePositive: 1 } }, from("evaluate")],
  ["the task's costs: false positive", { costs: { falseNegative: 6, falsePositive: 2 } }, from("evaluate")],
  ["seed", { seed: 2 }, order],
  ["positive", { positive: "short" }, order],
  ["the order of columns", { columns: { tree: "category", size: "number" } }, order],
  ["a column's type", { columns: { tree: "category", size: "category" } }, order],
  ["columns", { columns: undefined as never }, order],
  ["group", { group: "person" }, order],
  ["reading.na", { reading: { na: ["unknown"] } }, order],
  ["reading.decimal", { reading: { na: ["unknown"], decimal: "comma" } }, order],
  ["reading.thousands", { reading: { na: ["unknown"], decimal: "comma", thousands: "blank" } }, order],
  ["reading.dates", { reading: { dates: "day-first" } }, order],
  ["reading.columns", { reading: { dates: "day-first", columns: { size: { na: ["-"] } } } }, order],
  ["the data's content", { path: "more.csv" }, order],
  ["target", { target: "z", positive: "1" }, order],
  ["name", { name: "bushes" }, order],
])("%s", { timeout: 60_000 }, async (_, change, again) => {
  keys = { ...keys, ...change };
  last = await ship(productOf(keys));
  expect(last.results.flatMap(({ stage, status }) => (status === "done" ? [stage] : []))).toEqual(again);
});

test("what is reused is what was made, in its order", { timeout: 60_000 }, async () => {
  const { outputs } = await ship(productOf(keys));
  expect(JSON.stringify(outputs)).toBe(JSON.stringify(last.outputs));
});

test("the task: every stage, until the server refuses another kind of answer under the name", {
  timeout: 60_000,
}, async () => {
  const ends: string[] = [];
  const shipped = ship(productOf({ ...keys, regressor: true }), (...end) => ends.push(end.join(" ")));
  await expect(shipped).rejects.toMatchObject({ code: "bundle-unusable" });
  expect(ends).toEqual(["data done", "train done", "evaluate done", "bundle done", "deploy failed"]);
  const { results } = await ship(productOf({ ...keys, regressor: true, name: "heights" }));
  expect(results.every(({ status }) => status === "done")).toBe(true);
});
