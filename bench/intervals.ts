// Proves the metrics' intervals by simulation: how many of 400 samples' intervals hold the truth of the population.
//   npm run bench:intervals            the table of docs/decisions/0022
//   npm run bench:intervals -- 100             fewer samples, sooner done
//   npm run bench:intervals -- 400 houses      populations with this in their names
import type { MetricName } from "@lepta/ml";
import { coverageOf } from "./intervals/coverage.ts";
import { populations } from "./intervals/populations.ts";

const draws = Number(process.argv[2] ?? 400);
const chosen = populations.filter(({ name }) => name.includes(process.argv[3] ?? ""));
const columns: readonly (readonly MetricName[])[] = [
  ["auc", "averagePrecision", "accuracy", "f1Macro", "logLoss", "ece"],
  ["rmse", "mae", "r2"],
];

for (const names of columns) {
  console.log(`| population | drawn | ${names.join(" | ")} |`);
  console.log(`| --- | ---: | ${names.map(() => "---:").join(" | ")} |`);
  for (const population of chosen) {
    if ((population.predictions.kind === "number") !== names.includes("rmse")) continue;
    for (const size of population.sizes) {
      const found = coverageOf(population, size, draws, 99);
      const cells = names.map((name) => {
        const coverage = found.find(({ metric }) => metric === name);
        if (coverage === undefined) return "–";
        const { covered, above, below, flat } = coverage;
        const sides = `${(100 * above).toFixed(1)}/${(100 * below).toFixed(1)}`;
        return `${(100 * covered).toFixed(1)} (${sides})${flat > 0 ? ` ${flat} flat` : ""}`;
      });
      console.log(`| ${population.name} | ${size}${population.groups ? " groups" : ""} | ${cells.join(" | ")} |`);
    }
  }
}
