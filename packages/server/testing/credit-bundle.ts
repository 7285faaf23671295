// A real bundle of the credit example, trained in a moment by the linear model.
import { fileURLToPath } from "node:url";
import { inferSchema, readTable, rowsOf, splitTable, takeRows } from "@lepta/data";
import { type BundleInfo, train, writeBundle } from "@lepta/ml";

export const creditCosts = { good: { good: 0, bad: 1 }, bad: { good: 5, bad: 0 } };

export interface CreditBundle {
  info: BundleInfo;
  /** Raw rows that the model was not trained on, without the target. */
  rows: Record<string, string | number | boolean | null>[];
}

const csv = fileURLToPath(new URL("../../../examples/credit/german-credit.csv", import.meta.url));

/** @param threshold of `bad`; default 1/6, what the costs say of a calibrated probability. */
export async function creditBundle(dir: string, model = "logistic", threshold = 1 / 6): Promise<CreditBundle> {
  const table = await readTable(csv);
  const schema = inferSchema(table, { target: "risk", positive: "bad" });
  const parts = splitTable(table, { fractions: { train: 0.6, validation: 0.2, test: 0.2 }, stratify: "risk", seed: 1 });
  const trained = await train({
    train: takeRows(table, parts.train as Int32Array),
    validation: takeRows(table, parts.validation as Int32Array),
    schema,
    model,
    seed: 1,
  });
  const info = await writeBundle(dir, { trained, name: "credit", dataHash: table.hash, threshold });
  const inputs = info.manifest.inputs.map(({ name }) => name);
  const rows = [...rowsOf(takeRows(table, parts.test as Int32Array))].map((row) =>
    Object.fromEntries(inputs.map((name) => [name, row[name] ?? null])),
  );
  return { info, rows };
}
