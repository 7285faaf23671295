// Categories with many values: both models on made tables, beside scikit-learn's one-hot logistic or ridge regression.
//   npm run bench:categories            [-- --python PYTHON] [--only stores]
// With --python (numpy and scikit-learn) the peer learns from the same rows and is measured on the same held-out rows.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { inferSchema, makeTable, splitTable, type Table, takeRows } from "@lepta/data";
import { pointMetrics, train, writeBundle } from "@lepta/ml";
import { rng } from "@lepta/nn";

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly values: number;
  /** Standard deviation of the values' effects, on the scale of log-odds or of standard deviations of the noise. */
  readonly spread: number;
  /** Share of value i is proportional to 1 / (i + 1)^skew. */
  readonly skew: number;
  readonly task: "binary" | "multiclass" | "regression";
}

const cases: readonly Case[] = [
  { name: "stores", rows: 6000, values: 300, spread: 2, skew: 0, task: "binary" },
  { name: "zip codes", rows: 30_000, values: 5000, spread: 1, skew: 0, task: "binary" },
  { name: "skewed", rows: 20_000, values: 2000, spread: 1, skew: 1, task: "binary" },
  { name: "no effect", rows: 6000, values: 1000, spread: 0, skew: 0, task: "binary" },
  { name: "nearly unique", rows: 6000, values: 20_000, spread: 1, skew: 0, task: "binary" },
  { name: "three classes", rows: 12_000, values: 600, spread: 1.5, skew: 0, task: "multiclass" },
  { name: "a number", rows: 12_000, values: 1500, spread: 1, skew: 0, task: "regression" },
];

function tableOf({ rows, values, spread, skew, task }: Case, seed: number): Table {
  const random = rng(seed);
  const shares = Array.from({ length: values }, (_, i) => (i + 1) ** -skew);
  const total = shares.reduce((sum, share) => sum + share, 0);
  let reached = 0;
  const upTo = shares.map((share) => {
    reached += share / total;
    return reached;
  });
  const effects = Array.from({ length: values }, () => [0, 1, 2].map(() => spread * random.normal()));
  const place: string[] = [];
  const x = new Float64Array(rows);
  const label: string[] = [];
  const number = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const draw = random.uniform();
    const at = Math.min(values - 1, lowerBound(upTo, draw));
    place.push(`v${at}`);
    x[row] = random.normal();
    const effect = effects[at]!;
    number[row] = effect[0]! + 0.5 * x[row]! + random.normal();
    if (task === "multiclass") {
      const weights = effect.map((e, k) => Math.exp(e + (k === 1 ? 0.5 * x[row]! : 0)));
      let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
      let chosen = 0;
      while (chosen < 2 && left > weights[chosen]!) left -= weights[chosen++]!;
      label.push(`c${chosen}`);
    } else label.push(random.uniform() < 1 / (1 + Math.exp(0.5 - effect[0]! - 0.5 * x[row]!)) ? "yes" : "no");
  }
  return makeTable([
    { name: "place", type: "category", data: place },
    { name: "x", type: "number", data: x },
    task === "regression" ? { name: "y", type: "number", data: number } : { name: "y", type: "category", data: label },
  ]);
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const { values: given } = parseArgs({ options: { python: { type: "string" }, only: { type: "string" } } });
const folder = await mkdtemp(join(tmpdir(), "lepta-categories-"));
console.log(
  "| table | rows | values | metric | linear: held out, test | network: held out, test | peer: test | s | kB |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
try {
  for (const one of cases) {
    if (given.only !== undefined && given.only !== one.name) continue;
    const table = tableOf(one, 11);
    const parts = splitTable(table, { stratify: "y", seed: 3 });
    const test = takeRows(table, parts.test);
    const metric = one.task === "regression" ? "r2" : "auc";
    const cells: string[] = [];
    const seconds: string[] = [];
    let bytes = 0;
    for (const model of [one.task === "regression" ? "linear" : "logistic", "network"]) {
      const started = process.cpuUsage();
      const trained = await train({
        train: takeRows(table, parts.train),
        validation: takeRows(table, parts.validation),
        schema: inferSchema(table, { target: "y" }),
        model,
        seed: 1,
      });
      const { user, system } = process.cpuUsage(started);
      seconds.push(((user + system) / 1e6).toFixed(1));
      const measured = [pointMetrics(trained.heldOut), pointMetrics(await trained.predict(test))];
      cells.push(measured.map((metrics) => (metrics[metric] ?? Number.NaN).toFixed(4)).join(", "));
      const { manifest } = await writeBundle(join(folder, "bundle"), { trained, name: "bench", dataHash: table.hash });
      bytes = manifest.modelBytes;
    }
    let peer = "";
    if (given.python !== undefined) {
      const file = join(folder, "table.json");
      await writeFile(
        file,
        JSON.stringify({
          columns: Object.fromEntries(table.columns.map(({ name, data }) => [name, [...data]])),
          learn: [...parts.train, ...parts.validation],
          test: [...parts.test],
          task: one.task,
        }),
      );
      const script = fileURLToPath(new URL("./categories.py", import.meta.url));
      peer = (await promisify(execFile)(given.python, [script, file])).stdout.trim();
    }
    console.log(
      `| ${one.name} | ${one.rows} | ${one.values} | ${metric} | ${cells[0]} | ${cells[1]} | ${peer} | ${seconds.join(", ")} | ${Math.ceil(bytes / 1024)} |`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
