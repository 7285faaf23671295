// The credit product in a store, for the console's test: one model trained for real, evaluated, registered at two
// thresholds, deployed 80/20 and priced.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NewRunEvent } from "@lepta/api";
import { inferSchema, readTable, rowsOf, splitTable, takeRows } from "@lepta/data";
import {
  classIndices,
  confusionMatrix,
  decide,
  evaluatePredictions,
  positiveIndex,
  train,
  writeBundle,
} from "@lepta/ml";
import {
  appendRunEvents,
  createRun,
  deploy,
  finishRun,
  recordStage,
  registerProduct,
  registerVersion,
  type Store,
  setPrice,
  type Tenant,
} from "@lepta/server";

const csv = fileURLToPath(new URL("../examples/credit/german-credit.csv", import.meta.url));
const seed = 1;

export interface ShippedCredit {
  /** The finished run that both versions are of. */
  run: string;
  /** Rows that the model was not trained on, as a caller sends them, and their true labels. */
  heldOut: { row: Record<string, string | number | boolean | null>; label: string }[];
}

/** @param dir for the bundles @param free predictions a month before any is charged (0.002 USD each) */
export async function shipCredit(store: Store, tenant: Tenant, dir: string, free: number): Promise<ShippedCredit> {
  const product = "credit";
  const table = await readTable(csv);
  const schema = inferSchema(table, { target: "risk", positive: "bad" });
  const parts = splitTable(table, { fractions: { train: 0.6, validation: 0.2, test: 0.2 }, stratify: "risk", seed });
  const part = (name: keyof typeof parts) => takeRows(table, parts[name]);
  const trained = await train({
    train: part("train"),
    validation: part("validation"),
    schema,
    model: "logistic",
    seed,
  });
  const predicted = await trained.predict(part("test"));
  if (predicted.kind !== "class") throw new Error("the credit data has classes");
  const { classes, positive, labels, probabilities } = predicted;
  const inputs = trained.features.inputs.map(({ name, type }) => ({ name, type }));

  await registerProduct(tenant, {
    name: product,
    task: "binary",
    target: "risk",
    outcome: { kind: "class", classes: [...classes], positive: positive ?? null },
    inputs,
  });
  const run = await createRun(tenant, { product, seed });
  await recordStage(tenant, run, { name: "data", position: 0, status: "reused", summary: { rows: table.rowCount } });
  await recordStage(tenant, run, { name: "train", position: 1, status: "running" });
  await appendRunEvents(tenant, run, steps(0, 50));
  await recordStage(tenant, run, { name: "train", position: 1, status: "done", summary: { epochs: trained.epochs } });
  for (const [name, threshold] of [
    ["logistic", 1 / 6],
    ["cautious", 0.5],
  ] as const) {
    const decided = decide(probabilities, classes.length, {
      positive: positiveIndex(classes, positive),
      value: threshold,
    });
    const { counts } = confusionMatrix(classIndices(labels, classes), decided, classes);
    const metrics = evaluatePredictions({ ...predicted, seed, threshold });
    const { dir: bundleDir } = await writeBundle(join(dir, name), {
      trained,
      name: product,
      dataHash: table.hash,
      metrics,
      threshold,
    });
    await registerVersion(store, tenant, {
      product,
      name,
      bundleDir,
      runId: run,
      confusion: { labels: [...classes], counts: counts.map((row) => [...row]) },
    });
  }
  await finishRun(tenant, run, "done");
  await deploy(tenant, {
    product,
    costs: { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } },
    variants: [
      { version: 1, weight: 0.8, role: "champion" },
      { version: 2, weight: 0.2, role: "challenger" },
    ],
  });
  await setPrice(tenant, { product, amountMicros: 2000, currency: "USD", freePerMonth: free });
  const heldOut = [...rowsOf(part("test"))].map((row) => ({
    row: Object.fromEntries(inputs.map(({ name }) => [name, row[name] ?? null])),
    label: String(row.risk),
  }));
  return { run, heldOut };
}

/** Metric events of a falling loss: 0.5 + 0.5 / (step + 7), on validation 0.05 more. */
export function steps(from: number, to: number): NewRunEvent[] {
  return Array.from({ length: to - from }, (_, i): NewRunEvent => {
    const step = from + i;
    const loss = 0.5 + 0.5 / (step + 7);
    const validation = step % 5 === 0 ? { validationLoss: loss + 0.05, auc: 0.8 - loss / 10 } : {};
    return { type: "metric", stage: "train", model: "network", step, epoch: null, values: { loss, ...validation } };
  });
}
