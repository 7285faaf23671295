// Proves the splits: on six tables from coarse to fine, the mean AUC of 50 held-out parts against repeated stratified
// cross-validation by a plain shuffle, with the logistic model.
//   npm run bench:splits          50 seeds, 20 repeats of 5 folds
//   npm run bench:splits -- 10    fewer of both
import { inferSchema, takeRows } from "@lepta/data";
import { pointMetrics, train } from "@lepta/ml";
import { compareSplits, type Measure } from "./splits/compare.ts";
import { splitCases } from "./splits/tables.ts";

const seeds = Number(process.argv[2] ?? 50);
const repeats = Math.max(4, Math.round(seeds * 0.4));

const logistic: Measure = async (table, learnt, held) => {
  const schema = inferSchema(table, { target: "y", positive: "yes" });
  const trained = await train({ train: takeRows(table, learnt), schema, model: "logistic" });
  return pointMetrics(await trained.predict(takeRows(table, held))).auc!;
};

console.log(`| table | rows, different | held-out AUC, ${seeds} seeds | cross-validated, ${repeats} repeats | z |`);
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const { name, table, different } of splitCases()) {
  const { split, crossValidated, z } = await compareSplits(table, logistic, { seeds, repeats });
  const text = ({ mean, standardError }: typeof split) => `${mean.toFixed(4)} ± ${standardError.toFixed(4)}`;
  console.log(
    `| ${name} | ${table.rowCount}, ${different} | ${text(split)} | ${text(crossValidated)} | ${z.toFixed(2)} |`,
  );
}
