// Populations with a known truth: large tables of predictions, of which rows, or whole groups of rows, are drawn.
import type { ClassPredictions, NumberPredictions } from "@lepta/ml";
import { type Rng, rng } from "@lepta/nn";

export interface Population {
  readonly name: string;
  readonly predictions: ClassPredictions | NumberPredictions;
  /** Rows of each group; absent: rows are drawn one by one. */
  readonly groups?: readonly (readonly number[])[];
  /** How many rows (groups) a sample has, one table line each. */
  readonly sizes: readonly number[];
}

const rows = 40_000;
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Log odds are normal; the model says `said` of them. With `levels` they take that many different values. */
function binary(
  name: string,
  sizes: readonly number[],
  { mean, sd, levels, said = (x) => x }: { mean: number; sd: number; levels?: number; said?: (x: number) => number },
): Population {
  const random = rng(1);
  const labels = new Int32Array(rows);
  const probabilities = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    let z = random.normal();
    if (levels !== undefined) z = (Math.round((z * levels) / 4) * 4) / levels;
    labels[row] = random.uniform() < logistic(mean + sd * z) ? 1 : 0;
    probabilities[2 * row + 1] = logistic(said(mean + sd * z));
    probabilities[2 * row] = 1 - probabilities[2 * row + 1]!;
  }
  return { name, sizes, predictions: { kind: "class", classes: ["0", "1"], labels, probabilities } };
}

/** Groups share a part of their log odds; `perPerson`: they share the answer as well. */
function binaryGroups(
  name: string,
  sizes: readonly number[],
  size: (random: Rng) => number,
  perPerson: boolean,
): Population {
  const random = rng(3);
  const labels: number[] = [];
  const probabilities: number[] = [];
  const groups: number[][] = [];
  while (labels.length < rows) {
    const shared = random.normal();
    const answer = random.uniform() < logistic(1.5 * shared) ? 1 : 0;
    groups.push([]);
    for (let i = size(random); i > 0; i--) {
      const x = shared + (perPerson ? 0.3 : 1) * random.normal();
      groups.at(-1)!.push(labels.length);
      labels.push(perPerson ? answer : random.uniform() < logistic(x) ? 1 : 0);
      probabilities.push(1 - logistic(0.9 * x), logistic(0.9 * x));
    }
  }
  const predictions = {
    kind: "class",
    classes: ["0", "1"],
    labels: Int32Array.from(labels),
    probabilities: Float64Array.from(probabilities),
  } as const;
  return { name, sizes, predictions, groups };
}

/** Classes with shares 1 : 2 : 4 : …; the model sees their scores through noise. */
function multiclass(name: string, sizes: readonly number[], classes: number, noise: number): Population {
  const random = rng(5);
  const labels = new Int32Array(rows);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    labels[row] = Math.min(classes - 1, Math.floor(Math.log2(1 + random.uniform() * (2 ** classes - 1))));
    const scores = Float64Array.from({ length: classes }, (_, i) =>
      Math.exp((i === labels[row] ? 2 : 0) + noise * random.normal()),
    );
    const sum = scores.reduce((a, b) => a + b);
    scores.forEach((score, i) => {
      probabilities[row * classes + i] = score / sum;
    });
  }
  const names = Array.from({ length: classes }, (_, i) => String(i));
  return { name, sizes, predictions: { kind: "class", classes: names, labels, probabilities } };
}

/** `error` draws the errors; with `group`, so many rows share a part of theirs. */
function regression(
  name: string,
  sizes: readonly number[],
  { signal, error, group }: { signal: number; error: (random: Rng) => number; group?: number },
): Population {
  const random = rng(7);
  const labels = new Float64Array(rows);
  const values = new Float64Array(rows);
  const groups: number[][] = [];
  let shared = 0;
  for (let row = 0; row < rows; row++) {
    if (group !== undefined && row % group === 0) {
      shared = random.normal();
      groups.push([]);
    }
    groups.at(-1)?.push(row);
    values[row] = signal * random.normal();
    labels[row] = values[row]! + error(random) + shared;
  }
  const predictions = { kind: "number", labels, values } as const;
  return group === undefined ? { name, sizes, predictions } : { name, sizes, predictions, groups };
}

export const populations: readonly Population[] = [
  binary("balanced", [3, 20, 50, 200, 1000], { mean: 0, sd: 1.2 }),
  binary("rare, 8 %", [50, 120, 400, 2000], { mean: -3, sd: 1.2 }),
  binary("strong, AUC .97", [20, 60, 200, 1000], { mean: 0, sd: 4 }),
  binary("overconfident", [30, 200, 1000], { mean: 0, sd: 1.2, said: (x) => 2.5 * x }),
  binary("twelve cells", [30, 200, 1000], { mean: 0, sd: 1.2, levels: 4 }),
  binary("rare and strong", [100, 400, 2000], { mean: -6, sd: 3 }),
  binaryGroups("120 patients of 8 visits", [15, 40, 120], () => 8, true),
  binaryGroups(
    "groups of 1 to 60 rows",
    [20, 60, 200],
    (random) => 1 + Math.floor(2 * Math.exp(1.2 * random.normal())),
    false,
  ),
  multiclass("3 classes", [30, 200, 1000], 3, 1),
  multiclass("6 classes, rarest 1.6 %", [100, 400, 2000], 6, 1),
  regression("normal errors", [5, 10, 30, 100, 1000], { signal: 1.5, error: (random) => random.normal() }),
  regression("heavy tails", [10, 30, 100, 1000], {
    signal: 1,
    error: (random) => random.normal() * Math.exp(0.5 * random.normal()),
  }),
  regression("very skewed errors", [30, 100, 1000], { signal: 1, error: (random) => Math.exp(random.normal()) - 1.65 }),
  regression("weak model", [10, 30, 200], { signal: 0.3, error: (random) => random.normal() }),
  regression("houses of 6 rows", [15, 40, 120], { signal: 1.5, error: (random) => random.normal(), group: 6 }),
];
