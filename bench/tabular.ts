// Which tabular model ships: the baseline, plain networks and TabM under 5-fold cross-validation, on tables of LEPTA_DATA.
//   LEPTA_DATA=… npm run bench:tabular            [-- --seeds 5] [--only german_credit] [--json]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inferSchema, kFold, readTable, takeRows } from "@lepta/data";
import { type MetricValues, pointMetrics, type TrainOptions, train } from "@lepta/ml";

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
];

const candidates: readonly { readonly name: string; readonly options: Pick<TrainOptions, "model" | "settings"> }[] = [
  { name: "logistic regression", options: { model: "logistic" } },
  { name: "network, 1 member × 64 units", options: { settings: { members: 1, hidden: 64 } } },
  { name: "TabM, 8 members × 64 units", options: { settings: { hidden: 64 } } },
  { name: "TabM, 8 members × 32 units (ships)", options: {} },
  { name: "TabM, 8 × 32, no dropout", options: { settings: { dropout: 0 } } },
];

interface Figure {
  readonly table: string;
  readonly rows: number;
  readonly model: string;
  /** Mean over seeds and folds. */
  readonly auc: number;
  /** Standard deviation over seeds of the mean of five folds. */
  readonly aucSd: number;
  readonly logLoss: number;
  readonly epochs: number;
  /** CPU time of one training, in seconds. */
  readonly cpuSeconds: number;
}

async function measure(source: Source, candidate: (typeof candidates)[number], seeds: number): Promise<Figure> {
  const whole = await readTable(join(data, source.file));
  const every = source.every ?? 1;
  const rows = Int32Array.from({ length: Math.ceil(whole.rowCount / every) }, (_, i) => i * every);
  const table = takeRows(whole, rows);
  const schema = inferSchema(table, { target: source.target, exclude: source.exclude ?? [] });
  const bySeed: number[] = [];
  const losses: number[] = [];
  const epochs: number[] = [];
  let cpu = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const aucs: number[] = [];
    for (const fold of kFold(table, { k: 5, stratify: source.target, seed })) {
      const before = process.cpuUsage();
      const trained = await train({ train: takeRows(table, fold.train), schema, seed, ...candidate.options });
      const used = process.cpuUsage(before);
      cpu += (used.user + used.system) / 1e6;
      const metrics: MetricValues = pointMetrics(await trained.predict(takeRows(table, fold.test)));
      aucs.push(metrics.auc!);
      losses.push(metrics.logLoss!);
      epochs.push(trained.epochs);
    }
    bySeed.push(mean(aucs));
  }
  return {
    table: source.name,
    rows: table.rowCount,
    model: candidate.name,
    auc: mean(bySeed),
    aucSd: seeds > 1 ? Math.sqrt(bySeed.reduce((sum, auc) => sum + (auc - mean(bySeed)) ** 2, 0) / (seeds - 1)) : 0,
    logLoss: mean(losses),
    epochs: mean(epochs),
    cpuSeconds: cpu / epochs.length,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const { values: given } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const data = process.env.LEPTA_DATA ?? "";
if (data === "") {
  console.error("Set LEPTA_DATA to the folder of the measuring data.");
  process.exit(1);
}
const figures: Figure[] = [];
if (!given.json) {
  console.log("| table (rows) | model | AUC | sd over seeds | log loss | epochs | CPU s a training |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
}
for (const source of sources) {
  if (given.only !== undefined && given.only !== source.name) continue;
  for (const candidate of candidates) {
    const figure = await measure(source, candidate, Number(given.seeds));
    figures.push(figure);
    const { table, rows, model, auc, aucSd, logLoss, epochs, cpuSeconds } = figure;
    if (!given.json)
      console.log(
        `| ${table} (${rows}) | ${model} | ${auc.toFixed(4)} | ${aucSd.toFixed(4)} | ${logLoss.toFixed(4)} | ${epochs.toFixed(0)} | ${cpuSeconds.toFixed(2)} |`,
      );
  }
}
if (given.json) console.log(JSON.stringify(figures, null, 2));
