// Percentile bootstrap by row counts: resamples are weightings, so that a metric sorts its rows only once.
import { quantileOf } from "@lepta/data";
import { rng } from "@lepta/nn";
import { MlError } from "../errors.ts";
import type { Bounds } from "./intervals/interval.ts";
import type { Statistic } from "./statistic.ts";

/** A value with the interval of its resamples. */
export interface ResampledInterval extends Bounds {
  readonly value: number;
}

export interface BootstrapOptions {
  /** Number of rows that the statistics were bound to. */
  readonly rows: number;
  /** A small integer a row, for example its class: each resample keeps the size of every stratum. Default: one stratum. */
  readonly strata?: ArrayLike<number>;
  /** Small whole numbers from 0 on, one a row: rows of one number are drawn together. Then there are no strata. */
  readonly groups?: Int32Array;
  readonly seed: number;
  /** Default 1,000; from 50,000 rows on fewer, but at least 200: the interval is narrow there and each resample dear. */
  readonly resamples?: number;
  /** Coverage of the interval. Default 0.95. */
  readonly level?: number;
}

/**
 * Percentile intervals of several statistics over the same resamples (Efron 1979); with groups, of whole groups. On few
 * rows, or near the end of a metric's range, they are too narrow, down to none: `evaluatePredictions` has intervals that
 * hold there.
 */
export function bootstrapIntervals<Name extends string>(
  statistics: Readonly<Record<Name, Statistic>>,
  options: BootstrapOptions,
): Record<Name, ResampledInterval> {
  const samples = bootstrapSamples(statistics, options);
  const entries = (Object.keys(statistics) as Name[]).map((name) => {
    const sorted = samples[name].filter((value) => !Number.isNaN(value)).sort();
    const value = statistics[name]();
    return [name, { value, ...percentiles(sorted, options.level) }] as const;
  });
  return Object.fromEntries(entries) as Record<Name, ResampledInterval>;
}

/** A difference a − b with its interval, and how often resampling turns its sign (two-sided). */
export interface Difference extends ResampledInterval {
  readonly pValue: number;
}

/**
 * Paired bootstrap of a − b: both statistics, bound to the same rows, see the same resamples.
 * `pValue` is 2 · min(share ≤ 0, share ≥ 0), each with one added to numerator and denominator.
 */
export function bootstrapDifference(a: Statistic, b: Statistic, options: BootstrapOptions): Difference {
  const difference: Statistic = (weights) => a(weights) - b(weights);
  const { difference: values } = bootstrapSamples({ difference }, options);
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const atMost = sorted.filter((value) => value <= 0).length;
  const atLeast = sorted.filter((value) => value >= 0).length;
  const pValue = Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (sorted.length + 1));
  return { value: difference(), ...percentiles(sorted, options.level), pValue };
}

function percentiles(sorted: Float64Array, level = 0.95): { low: number; high: number } {
  return { low: quantileOf(sorted, (1 - level) / 2), high: quantileOf(sorted, (1 + level) / 2) };
}

/** Each statistic on each resample, in order of drawing; NaN where a resample leaves it undefined. */
function bootstrapSamples<Name extends string>(
  statistics: Readonly<Record<Name, Statistic>>,
  options: BootstrapOptions,
): Record<Name, Float64Array> {
  const { rows, seed, level = 0.95 } = options;
  const resamples = options.resamples ?? defaultResamples(rows);
  if (
    !(
      resamples >= 1 &&
      level > 0 &&
      level < 1 &&
      rows >= 1 &&
      (options.strata?.length ?? rows) === rows &&
      (options.groups?.length ?? rows) === rows
    )
  ) {
    throw new MlError(
      "bootstrap-invalid",
      `A bootstrap of ${rows} rows with ${options.strata?.length ?? rows} strata entries, ${resamples} resamples and level ${level} is impossible.`,
      "Ask for at least one resample, a level between 0 and 1, and one stratum entry a row.",
    );
  }
  const names = Object.keys(statistics) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, new Float64Array(resamples)])) as Record<
    Name,
    Float64Array
  >;
  const { groups } = options;
  const units = groups === undefined ? rows : groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const strata = rowsByStratum(units, groups === undefined ? options.strata : undefined);
  const random = rng(seed);
  const drawn = new Float64Array(units);
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (const members of strata)
      for (let draw = 0; draw < members.length; draw++) drawn[members[random.integer(members.length)]!]! += 1;
    const counts = groups === undefined ? drawn : Float64Array.from(groups, (group) => drawn[group]!);
    for (const name of names) samples[name][resample] = statistics[name](counts);
  }
  return samples;
}

function defaultResamples(rows: number): number {
  return rows <= 50_000 ? 1000 : Math.max(200, Math.floor(50_000_000 / rows));
}

function rowsByStratum(rows: number, strata: ArrayLike<number> | undefined): Int32Array[] {
  if (strata === undefined) return [Int32Array.from({ length: rows }, (_, row) => row)];
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const list = members.get(strata[row]!);
    if (list === undefined) members.set(strata[row]!, [row]);
    else list.push(row);
  }
  return [...members.values()].map((list) => Int32Array.from(list));
}
