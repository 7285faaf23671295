// Mixes rows of one class into new ones: mixup (Zhang et al. 2018) for tables, labels kept.
import { canonicalValue } from "../content-hash.ts";
import { DataError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Column, columnOf, isNumeric, makeTable, type Table } from "../table.ts";

export interface MixOptions {
  /** Column whose classes are kept: both parents have the same. A numeric target of a regression is mixed instead. */
  readonly target: string;
  /** How many rows to make. */
  readonly count: number;
  /** The mix is drawn from Beta(alpha, alpha): near 0 a row is close to one parent, at 1 any mix. Default 0.4. */
  readonly alpha?: number;
  /** Whether the target is a number to mix. Default false. */
  readonly regression?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * New rows alone, each from two rows: numbers and times lie between the parents' (whole where the column is), strings
 * and booleans come from either parent by the mix, a value that one parent lacks comes from either too. Classes come in
 * the table's shares. Use it on the training part alone. Throws `invalid-option`, `unknown-column`, `too-few-rows`.
 */
export function mixRows(table: Table, options: MixOptions): Table {
  const { target, count, alpha = 0.4, regression = false, seed = 0 } = options;
  if (!Number.isInteger(count) || count < 1 || !(alpha > 0))
    throw new DataError(
      "invalid-option",
      `${count} rows with alpha ${alpha} cannot be mixed`,
      "Give a whole count of at least 1 and an alpha above 0.",
    );
  const { data } = columnOf(table, target);
  const classes = new Map<string, number[]>();
  for (let row = 0; row < table.rowCount; row++) {
    const label = canonicalValue(data[row]!);
    if (label === undefined) continue;
    const key = regression ? "" : label;
    const rows = classes.get(key);
    if (rows === undefined) classes.set(key, [row]);
    else rows.push(row);
  }
  const known = [...classes.values()].flat();
  if (known.length < 2)
    throw new DataError("too-few-rows", `${known.length} rows have a target: two are needed`, "Give more rows.");
  const random = rng(seed);
  const first = new Int32Array(count);
  const second = new Int32Array(count);
  const mix = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const a = known[random.integer(known.length)]!;
    const mates = classes.get(regression ? "" : canonicalValue(data[a]!)!)!;
    first[i] = a;
    const b = mates[random.integer(mates.length)]!;
    // A row mixed with itself would be a copy: its neighbour stands in.
    second[i] = b === a ? mates[(mates.indexOf(b) + 1) % mates.length]! : b;
    const x = random.gamma(alpha);
    const y = random.gamma(alpha);
    mix[i] = x + y > 0 ? x / (x + y) : 0.5;
  }
  return makeTable(
    table.columns.map((column): Column => {
      const parent = (i: number): number => (random.uniform() < mix[i]! ? first[i]! : second[i]!);
      if (!isNumeric(column))
        return { ...column, data: Array.from({ length: count }, (_, i) => column.data[parent(i)]!) };
      const mixes = column.type !== "boolean" && (column.name !== target || regression);
      const whole = column.data.every((value) => Number.isNaN(value) || Number.isInteger(value));
      const made = Float64Array.from({ length: count }, (_, i) => {
        const either = column.data[parent(i)]!;
        const between = mix[i]! * column.data[first[i]!]! + (1 - mix[i]!) * column.data[second[i]!]!;
        if (!mixes || Number.isNaN(between)) return either;
        return whole ? Math.round(between) : between;
      });
      return { ...column, data: made };
    }),
  );
}
