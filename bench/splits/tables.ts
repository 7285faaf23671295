// Six tables from coarse to fine: from four different rows, each there hundreds of times, to rows that are all different.
import { type Column, makeTable, type Table } from "@lepta/data";
import { type Rng, rng } from "@lepta/nn";

export interface SplitCase {
  readonly name: string;
  readonly table: Table;
  /** Different rows, the answer included. */
  readonly different: number;
}

const rows = 1_200;

/** Each makes a row's numbers; the answer hangs on their sum. */
const makers: readonly (readonly [string, (random: Rng) => number[]])[] = [
  ["two columns of two values", (random) => [random.integer(2), random.integer(2)]],
  ["twelve cells", (random) => [random.integer(4), random.integer(3)]],
  ["a hundred cells", (random) => [random.integer(10), random.integer(10)]],
  ["a thousand cells", (random) => [random.integer(10), random.integer(10), random.integer(10)]],
  ["two decimals", (random) => [Math.round(random.normal() * 100) / 100, random.integer(3)]],
  ["all rows different", (random) => [random.normal(), random.normal(), random.normal()]],
];

export function splitCases(seed = 1): SplitCase[] {
  return makers.map(([name, make], i) => {
    const random = rng(seed * 100 + i);
    const data = Array.from({ length: rows }, () => make(random));
    const width = data[0]!.length;
    const columns = Array.from({ length: width }, (_, c) => Float64Array.from(data, (row) => row[c]!));
    const sums = standardised(data.map((row) => row.reduce((sum, value) => sum + value, 0)));
    const answers = sums.map((sum) => (random.uniform() < 1 / (1 + Math.exp(-sum)) ? "yes" : "no"));
    const all: Column[] = columns.map((values, c) => ({ name: `x${c + 1}`, type: "number", data: values }));
    const table = makeTable([...all, { name: "y", type: "category", data: answers }]);
    const different = new Set(data.map((row, r) => `${row.join()} ${answers[r]}`)).size;
    return { name, table, different };
  });
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}
