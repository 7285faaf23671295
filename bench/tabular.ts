// Which tabular model ships: the baseline, plain networks, TabM and boosting under 5-fold cross-validation, on tables of
// LEPTA_DATA, beside scikit-learn's histogram boosting on the same folds.
//   LEPTA_DATA=… npm run bench:tabular   [-- --seeds 5] [--only german_credit] [--model boosting] [--python PYTHON] [--json]
// With --python (numpy and scikit-learn) the peer learns from the same rows on one thread, as ours does.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { inferSchema, kFold, readTable, type Schema, type Table, takeRows } from "@lepta/data";
import { pointMetrics, type TrainOptions, train } from "@lepta/ml";

interface Source {
  readonly name: string;
  readonly file: string;
  readonly target: string;
  readonly exclude?: readonly string[];
  /** Every n-th row, to keep the run short. */
  readonly every?: number;
}

const sources: readonly Source[] = [
  { name: "german_credit", file: "german_credit/german_credit.csv", target: "bad" },
  { name: "heart_cleveland", file: "heart_cleveland/heart_cleveland.csv", target: "disease", exclude: ["num"] },
  { name: "taiwan_default", file: "taiwan_default/taiwan_default.csv.gz", target: "default", every: 10 },
  { name: "breast_cancer_wdbc", file: "breast_cancer_wdbc/breast_cancer_wdbc.csv", target: "malignant" },
  { name: "metro_traffic", file: "metro_traffic_i94/metro_traffic_i94.csv.gz", target: "traffic_volume", every: 10 },
];

const candidates: readonly { readonly name: string; readonly options: Pick<TrainOptions, "model" | "settings"> }[] = [
  { name: "network, 1 member × 64 units", options: { settings: { members: 1, hidden: 64 } } },
  { name: "TabM, 8 members × 64 units", options: { settings: { hidden: 64 } } },
  { name: "TabM, 8 members × 32 units (ships)", options: {} },
  { name: "TabM, 8 × 32, no dropout", options: { settings: { dropout: 0 } } },
  { name: "boosting", options: { model: "boosting" } },
];

interface Figure {
  readonly table: string;
  readonly rows: number;
  readonly model: string;
  /** Mean over seeds and folds: AUC, or RMSE of numbers. */
  readonly value: number;
  /** Standard deviation over seeds of the mean of five folds. */
  readonly sd: number;
  /** Log loss; of numbers the mean absolute error. */
  readonly second: number;
  /** Epochs, iterations or rounds of the model kept. */
  readonly epochs: number;
  /** CPU time of one training, in seconds. */
  readonly cpuSeconds: number;
}

interface Loaded {
  readonly table: Table;
  readonly schema: Schema;
  readonly numbers: boolean;
}

async function load({ file, target, exclude = [], every = 1 }: Source): Promise<Loaded> {
  const whole = await readTable(join(data, file));
  const rows = Int32Array.from({ length: Math.ceil(whole.rowCount / every) }, (_, i) => i * every);
  const table = takeRows(whole, rows);
  const schema = inferSchema(table, { target, exclude });
  return { table, schema, numbers: schema.target?.classes === undefined };
}

const foldsOf = (table: Table, target: string, seed: number) => kFold(table, { k: 5, stratify: target, seed });

async function measure(
  { name, target }: Source,
  { table, schema, numbers }: Loaded,
  candidate: (typeof candidates)[number],
  seeds: number,
): Promise<Figure> {
  const bySeed: number[] = [];
  const seconds: number[] = [];
  const epochs: number[] = [];
  let cpu = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const values: number[] = [];
    for (const fold of foldsOf(table, target, seed)) {
      const before = process.cpuUsage();
      const trained = await train({ train: takeRows(table, fold.train), schema, seed, ...candidate.options });
      const used = process.cpuUsage(before);
      cpu += (used.user + used.system) / 1e6;
      const { metrics } = trained.task;
      const found = pointMetrics({ ...(await trained.predict(takeRows(table, fold.test))), metrics });
      values.push(found[numbers ? "rmse" : "auc"]!);
      seconds.push(found[numbers ? "mae" : "logLoss"]!);
      epochs.push(trained.epochs);
    }
    bySeed.push(mean(values));
  }
  return {
    table: name,
    rows: table.rowCount,
    model: candidate.name,
    value: mean(bySeed),
    sd: deviation(bySeed),
    second: mean(seconds),
    epochs: mean(epochs),
    cpuSeconds: cpu / epochs.length,
  };
}

/** scikit-learn on the same rows: by its defaults, and by our smaller shape with our number of rounds. */
async function measurePeer(
  { name, target }: Source,
  { table, schema }: Loaded,
  rounds: number,
  seeds: number,
  python: string,
): Promise<Figure[]> {
  const columns = schema.features.map(({ name: column, type }) => {
    const found = table.columns.find((one) => one.name === column)!;
    return { type, data: Array.from<number | string>(found.data) };
  });
  const answers = Array.from<number | string>(table.columns.find((one) => one.name === target)!.data);
  const folds = Array.from({ length: seeds }, (_, i) => foldsOf(table, target, i + 1).map(({ test }) => [...test]));
  const folder = await mkdtemp(join(tmpdir(), "lepta-tabular-"));
  try {
    const file = join(folder, "table.json");
    await writeFile(file, JSON.stringify({ columns, answers, classes: schema.target?.classes, folds, rounds }));
    const script = fileURLToPath(new URL("./tabular.py", import.meta.url));
    const { stdout } = await promisify(execFile)(python, [script, file], {
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    const found = JSON.parse(stdout) as readonly {
      readonly model: string;
      readonly values: readonly number[];
      readonly second: number;
      readonly epochs: number;
      readonly cpuSeconds: number;
    }[];
    return found.map(({ values, ...own }) => ({
      table: name,
      rows: table.rowCount,
      ...own,
      value: mean(values),
      sd: deviation(values),
    }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const deviation = (values: readonly number[]): number =>
  values.length > 1
    ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1))
    : 0;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const { values: given } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    only: { type: "string" },
    model: { type: "string" },
    python: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const data = process.env.LEPTA_DATA ?? "";
if (data === "") {
  console.error("Set LEPTA_DATA to the folder of the measuring data.");
  process.exit(1);
}
const figures: Figure[] = [];
const tell = (figure: Figure): void => {
  figures.push(figure);
  const { table, rows, model, value, sd, second, epochs, cpuSeconds } = figure;
  const digits = value > 10 ? 1 : 4;
  if (!given.json)
    console.log(
      `| ${table} (${rows}) | ${model} | ${value.toFixed(digits)} | ${sd.toFixed(digits)} | ${second.toFixed(digits)} | ${epochs.toFixed(0)} | ${cpuSeconds.toFixed(2)} |`,
    );
};
if (!given.json) {
  console.log("| table (rows) | model | AUC or RMSE | sd over seeds | log loss or MAE | epochs | CPU s a training |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
}
for (const source of sources) {
  if (given.only !== undefined && given.only !== source.name) continue;
  const loaded = await load(source);
  const baseline = loaded.numbers ? "linear" : "logistic";
  const all = [{ name: `${baseline} regression`, options: { model: baseline } }, ...candidates];
  for (const candidate of all) {
    const { model = "network" } = candidate.options;
    if (given.model !== undefined && given.model !== model) continue;
    const figure = await measure(source, loaded, candidate, Number(given.seeds));
    tell(figure);
    if (model === "boosting" && given.python !== undefined)
      for (const peer of await measurePeer(source, loaded, figure.epochs, Number(given.seeds), given.python))
        tell(peer);
  }
}
if (given.json) console.log(JSON.stringify(figures, null, 2));
