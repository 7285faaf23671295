// What the values of a category with many of them say about the target: one shrunken mean a value.

/** What is learnt, one entry a row: class indices, or numbers in standard deviations. */
export type Response =
  | { readonly kind: "classes"; readonly values: Int32Array; readonly classes: number }
  | { readonly kind: "numbers"; readonly values: Float64Array };

/** Plain JSON: part of a feature's state. */
export interface CategoryEffects {
  /** Values with an effect of their own, sorted; every other one has the effect 0. */
  readonly values: readonly string[];
  /** Columns that an effect takes: one for numbers and for two classes, else one a class. */
  readonly width: number;
  /** Row-major [values, width], with a mean square of about 1 over the rows that were learnt from. */
  readonly effects: readonly number[];
}

/** Rows that a value needs for an effect of its own: what only one row has would be that row's answer, written down. */
const leastRows = 2;

/** Most values with an effect, the commonest: what travels in the model. */
const mostValues = 50_000;

/** Rows of the average that stand beside a value's own at the least, where the values differ far more than their rows. */
const leastShrinkage = 0.1;

export function effectWidth(response: Response): number {
  return response.kind === "numbers" || response.classes === 2 ? 1 : response.classes;
}

/** The effect of each value, unscaled, and how many rows it has. */
type Fitted = ReadonlyMap<string, { readonly rows: number; readonly effect: readonly number[] }>;

/**
 * Empirical Bayes: a value's mean is drawn to the mean of all `rows` as if m more rows of the average stood beside its
 * own, m = variance within values / variance between them, by the one-way analysis of variance with unequal groups
 * (Searle, Casella and McCulloch 1992, section 3.6; classes as one-hot rows, their variances added up). Where values
 * differ no more than chance explains, no value has an effect. An effect is a shrunken mean less the average; for
 * classes the logarithm of the shrunken share over the average share, for two classes the difference of log-odds.
 */
function fit(values: readonly string[], response: Response, rows: Int32Array): Fitted {
  const width = response.kind === "numbers" ? 1 : response.classes;
  const sums = new Map<string, { rows: number; sum: Float64Array }>();
  const total = new Float64Array(width);
  let squares = 0;
  for (const row of rows) {
    const value = values[row]!;
    let group = sums.get(value);
    if (group === undefined) {
      group = { rows: 0, sum: new Float64Array(width) };
      sums.set(value, group);
    }
    const at = response.kind === "numbers" ? 0 : response.values[row]!;
    const amount = response.kind === "numbers" ? response.values[row]! : 1;
    group.rows++;
    group.sum[at]! += amount;
    total[at]! += amount;
    squares += amount * amount;
  }
  const n = rows.length;
  const average = total.map((sum) => sum / n);
  const shrinkage = shrinkageOf([...sums.values()], average, squares, n);
  const effects = new Map<string, { rows: number; effect: readonly number[] }>();
  if (Number.isFinite(shrinkage))
    for (const [value, { rows: count, sum }] of sums) {
      const means = average.map((mean, i) => (sum[i]! + shrinkage * mean) / (count + shrinkage));
      effects.set(value, { rows: count, effect: effectOf(means, average, response) });
    }
  return effects;
}

function effectOf(means: Float64Array, average: Float64Array, response: Response): number[] {
  if (response.kind === "numbers") return [means[0]! - average[0]!];
  // A class that no row has stays at its share of 0.
  const logs = Array.from(means, (mean, i) => (average[i]! > 0 ? Math.log(mean / average[i]!) : 0));
  return response.classes === 2 ? [logs[1]! - logs[0]!] : logs;
}

/** m, in rows; infinite where nothing is between the values. */
function shrinkageOf(
  groups: readonly { readonly rows: number; readonly sum: Float64Array }[],
  average: Float64Array,
  squares: number,
  n: number,
): number {
  let groupSquares = 0;
  let sizes = 0;
  for (const { rows, sum } of groups) {
    groupSquares += sum.reduce((all, x) => all + x * x, 0) / rows;
    sizes += rows * rows;
  }
  const freedom = n - groups.length;
  if (groups.length < 2 || freedom < 1) return Number.POSITIVE_INFINITY;
  const within = Math.max(0, squares - groupSquares) / freedom;
  const between = (groupSquares - n * average.reduce((all, x) => all + x * x, 0)) / (groups.length - 1);
  const typical = (n - sizes / n) / (groups.length - 1);
  const variance = (between - within) / typical;
  return variance > 0 ? Math.max(leastShrinkage, within / variance) : Number.POSITIVE_INFINITY;
}

export interface CrossFitted {
  /** By all rows: what travels in the model. undefined where the values tell nothing. */
  readonly effects: CategoryEffects | undefined;
  /** [rows of the table, width]: each row's effect by the teaching rows outside of its fold. */
  readonly crossFitted: Float32Array;
}

export interface EffectRows {
  /** Rows whose value has no column of its own. */
  readonly among: Int32Array;
  /** Parts of all rows: a row's own effect comes from the others. */
  readonly folds: readonly Int32Array[];
  /** Rows that teach no other row its effect while the model learns. */
  readonly watched: Int32Array;
}

/** @param values of all rows of a table */
export function fitEffects(values: readonly string[], response: Response, rows: EffectRows): CrossFitted {
  const { among, folds } = rows;
  const width = effectWidth(response);
  const crossFitted = new Float32Array(values.length * width);
  const kept = [...fit(values, response, among)]
    .filter(([, value]) => value.rows >= leastRows)
    .sort(([a, x], [b, y]) => y.rows - x.rows || (a < b ? -1 : 1))
    .slice(0, mostValues);
  let squares = 0;
  for (const [, { rows: count, effect }] of kept) squares += count * effect.reduce((sum, x) => sum + x * x, 0);
  const scale = Math.sqrt(squares / Math.max(1, among.length) / width);
  if (!(scale > 0)) return { effects: undefined, crossFitted };
  const concerned = new Set(among);
  const teaching = new Set(among);
  for (const row of rows.watched) teaching.delete(row);
  for (const fold of folds) {
    const outside = new Set(teaching);
    for (const row of fold) outside.delete(row);
    const effects = fit(values, response, Int32Array.from(outside));
    for (const row of fold) {
      const found = concerned.has(row) ? effects.get(values[row]!) : undefined;
      found?.effect.forEach((x, i) => {
        crossFitted[row * width + i] = x / scale;
      });
    }
  }
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    effects: {
      values: sorted.map(([value]) => value),
      width,
      effects: sorted.flatMap(([, { effect }]) => effect.map((x) => x / scale)),
    },
    crossFitted,
  };
}
