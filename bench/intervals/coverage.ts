// How often the intervals of samples hold the truth of the population that they were drawn from.
import { evaluatePredictions, pointMetrics } from "@lepta/ml";
import { type Rng, rng } from "@lepta/nn";
import type { Population } from "./populations.ts";

export interface Coverage {
  readonly metric: string;
  /** Samples with an interval. */
  readonly samples: number;
  /** Share of them whose interval holds the truth. */
  readonly covered: number;
  /** Shares whose interval lies above, and below, the truth. */
  readonly above: number;
  readonly below: number;
  readonly meanWidth: number;
  /** Samples whose interval has no width. */
  readonly flat: number;
}

/** Draws `draws` samples of `size` rows (groups) and compares every metric's interval with the population's metric. */
export function coverageOf(population: Population, size: number, draws: number, seed: number): Coverage[] {
  const truth = pointMetrics(population.predictions);
  const random = rng(seed);
  const tallies = new Map<string, { samples: number; above: number; below: number; width: number; flat: number }>();
  for (let draw = 0; draw < draws; draw++) {
    const { rows, groups } = sample(population, size, random);
    const metrics = evaluatePredictions({ ...take(population.predictions, rows), groups, seed: draw });
    for (const [name, { low, high }] of Object.entries(metrics)) {
      if (low === null || high === null) continue;
      const tally = tallies.get(name) ?? { samples: 0, above: 0, below: 0, width: 0, flat: 0 };
      tallies.set(name, tally);
      tally.samples++;
      tally.above += truth[name]! < low ? 1 : 0;
      tally.below += truth[name]! > high ? 1 : 0;
      tally.width += high - low;
      tally.flat += high > low ? 0 : 1;
    }
  }
  return [...tallies].map(([metric, { samples, above, below, width, flat }]) => ({
    metric,
    samples,
    covered: 1 - (above + below) / samples,
    above: above / samples,
    below: below / samples,
    meanWidth: width / samples,
    flat,
  }));
}

function sample(
  { predictions, groups }: Population,
  size: number,
  random: Rng,
): { rows: number[]; groups: Int32Array | undefined } {
  const integer = (below: number): number => Math.floor(random.uniform() * below);
  if (groups === undefined)
    return { rows: Array.from({ length: size }, () => integer(predictions.labels.length)), groups: undefined };
  const drawn = Array.from({ length: size }, () => groups[integer(groups.length)]!);
  return { rows: drawn.flat(), groups: Int32Array.from(drawn.flatMap((rows, group) => rows.map(() => group))) };
}

function take(predictions: Population["predictions"], rows: readonly number[]): Population["predictions"] {
  if (predictions.kind === "number")
    return {
      ...predictions,
      labels: rows.map((row) => predictions.labels[row]!),
      values: rows.map((row) => predictions.values[row]!),
    };
  const classes = predictions.classes.length;
  const probabilities = new Float64Array(rows.length * classes);
  rows.forEach((row, i) => {
    for (let c = 0; c < classes; c++) probabilities[i * classes + c] = predictions.probabilities[row * classes + c]!;
  });
  const labels = Int32Array.from(rows, (row) => (predictions.labels as Int32Array)[row]!);
  return { ...predictions, labels, probabilities };
}
