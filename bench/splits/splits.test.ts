// The proof of bench:splits with a model that costs nothing: the class's share by Gaussian naive Bayes.
import type { Table } from "@lepta/data";
import { auc } from "@lepta/ml";
import { expect, test } from "vitest";
import { compareSplits, type Measure } from "./compare.ts";
import { splitCases } from "./tables.ts";

test.each(splitCases().map((one) => [one.name, one] as const))(
  "%s: held-out parts show what cross-validation shows",
  async (_, { table }) => {
    const { split, crossValidated, z } = await compareSplits(table, naiveBayes, { seeds: 50, repeats: 20 });
    expect(Math.abs(split.mean - crossValidated.mean)).toBeLessThan(0.015);
    // Six tables, each beyond three standard errors by chance once in 370.
    expect(Math.abs(z), `${split.mean} against ${crossValidated.mean}`).toBeLessThan(3);
  },
);

const naiveBayes: Measure = (table, train, test) => {
  const features = table.columns.flatMap(({ data }) => (data instanceof Float64Array ? [data] : []));
  const labels = yes(table);
  const fitted = [0, 1].map((label) => {
    const rows = Array.from(train).filter((row) => labels[row] === label);
    return features.map((data) => {
      const mean = rows.reduce((sum, row) => sum + data[row]!, 0) / rows.length;
      return { mean, variance: rows.reduce((sum, row) => sum + (data[row]! - mean) ** 2, 0) / rows.length };
    });
  });
  const logDensity = (label: number, row: number): number =>
    features.reduce((sum, data, i) => {
      const { mean, variance } = fitted[label]![i]!;
      return sum - (data[row]! - mean) ** 2 / (2 * variance) - Math.log(variance) / 2;
    }, 0);
  return auc(
    Array.from(test, (row) => labels[row]!),
    Array.from(test, (row) => logDensity(1, row) - logDensity(0, row)),
  );
};

function yes(table: Table): number[] {
  const { data } = table.columns.find(({ name }) => name === "y")!;
  return Array.from(data as readonly string[], (label) => Number(label === "yes"));
}
