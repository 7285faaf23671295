// Scores rows and tables with a bundle's model.
import { cellReader, columnBatch, type Table } from "@lepta/data";
import { createSession, type SessionOptions, type TensorData } from "@lepta/nn";
import { MlError } from "../errors.ts";
import type { Manifest, ManifestInput } from "./manifest.ts";
import type { Bundle } from "./read-bundle.ts";
import { type Row, type RowProblem, rowProblems } from "./row.ts";

export type Scored =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly value: number };

/** Predictions of a table, in the order of its rows. */
export type ScoredTable =
  | {
      readonly labels: readonly string[];
      readonly classes: readonly string[];
      /** Row-major [rows, classes]. */
      readonly probabilities: Float32Array;
    }
  | { readonly values: Float64Array };

export interface ScorerOptions {
  /** Threads inside one operator. Default 1, the fastest for small models. */
  readonly threads?: number;
  /** Most rows a run of the model; more are scored in several runs. Default 4096, or fewer where a row takes much. */
  readonly maxBatch?: number;
  /** Runs the model in a process of its own, within limits: for bundles of others. Default false. */
  readonly process?: SessionOptions["process"];
}

export interface Scorer {
  readonly manifest: Manifest;
  /** Everything that is wrong with a row; empty where it can be scored. */
  readonly validate: (row: unknown) => RowProblem[];
  /** In the order of the rows, which must be valid: values are not checked again. */
  readonly score: (rows: readonly Row[]) => Promise<Scored[]>;
  /** The table needs the model's columns; others are ignored. Throws `unknown-column` or `scored-column-invalid` (a column's type). */
  readonly scoreTable: (table: Table) => Promise<ScoredTable>;
  readonly close: () => Promise<void>;
}

/** Throws `bundle-corrupt` where the model cannot be run. */
export async function openScorer(bundle: Bundle, options: ScorerOptions = {}): Promise<Scorer> {
  const { manifest } = bundle;
  const { inputs, outputs, classes } = manifest;
  const { threads = 1, process: own = false } = options;
  const maxBatch = Math.min(options.maxBatch ?? 4096, bundle.mostRows);
  // The graph, not the file: what the runtime sees is what was checked.
  const session = await createSession(bundle.graph, { threads, process: own }).catch((cause: unknown) => {
    throw corrupt(bundle, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const run = async (feeds: Record<string, TensorData>, rows: number): Promise<ScoredTable> => {
    const results = await session.run(feeds);
    if (classes === null) {
      const values = results[outputs.value!]!.data;
      if (values instanceof Float64Array && values.length === rows) return { values };
      throw corrupt(bundle, `it gives no float64 value for each of ${rows} rows`);
    }
    const probabilities = results[outputs.probabilities!]!.data as Float32Array;
    const labels = results[outputs.label!]!.data as string[];
    if (probabilities.length !== rows * classes.length || labels.length !== rows)
      throw corrupt(
        bundle,
        `it gives ${probabilities.length} probabilities and ${labels.length} labels for ${rows} rows`,
      );
    return { labels, classes, probabilities };
  };
  return {
    manifest,
    validate: (row) => rowProblems(row, inputs),
    async score(rows) {
      const scored: Scored[] = new Array(rows.length);
      for (let start = 0; start < rows.length; start += maxBatch) {
        const end = Math.min(rows.length, start + maxBatch);
        const part = await run(feedsOf(rows, start, end, inputs), end - start);
        for (let i = start; i < end; i++) scored[i] = scoredRow(part, i - start);
      }
      return scored;
    },
    async scoreTable(table) {
      const batch = columnBatch(
        table,
        inputs.map(({ name }) => name),
      );
      for (const { name, type } of inputs) checkColumn(name, type, batch[name]!.data);
      const parts: ScoredTable[] = [];
      for (let start = 0; start < table.rowCount; start += maxBatch) {
        const end = Math.min(table.rowCount, start + maxBatch);
        const feeds = feedsBy(inputs, ({ name }) => {
          const { data } = batch[name]!;
          const part = data instanceof Float64Array ? data.subarray(start, end) : data.slice(start, end);
          return { data: part, shape: [end - start, 1] };
        });
        parts.push(await run(feeds, end - start));
      }
      return joined(parts, classes);
    },
    close: () => session.close(),
  };
}

/** Column by column: one array each, filled from the rows. */
function feedsOf(
  rows: readonly Row[],
  start: number,
  end: number,
  inputs: readonly ManifestInput[],
): Record<string, TensorData> {
  const shape = [end - start, 1];
  return feedsBy(inputs, ({ name, type, reading }) => {
    const read = cellReader(reading);
    if (type === "category") {
      const data = new Array<string>(end - start);
      for (let i = start; i < end; i++) data[i - start] = String(read(rows[i]![name]) ?? "");
      return { data, shape };
    }
    const data = new Float64Array(end - start);
    for (let i = start; i < end; i++) data[i - start] = Number(read(rows[i]![name]) ?? Number.NaN);
    return { data, shape };
  });
}

/** Not by assignment: a column may be named "__proto__". */
function feedsBy(
  inputs: readonly ManifestInput[],
  feed: (input: ManifestInput) => TensorData,
): Record<string, TensorData> {
  return Object.fromEntries(inputs.map((input) => [input.name, feed(input)]));
}

function scoredRow(part: ScoredTable, row: number): Scored {
  if ("values" in part) return { value: part.values[row]! };
  const { labels, classes, probabilities } = part;
  // Not by assignment: a class may be named "__proto__".
  const byClass = Object.fromEntries(classes.map((name, i) => [name, probabilities[row * classes.length + i]!]));
  return { label: labels[row]!, probabilities: byClass };
}

function joined(parts: readonly ScoredTable[], classes: readonly string[] | null): ScoredTable {
  if (parts.length === 1) return parts[0]!;
  if (classes === null) {
    const values = parts.map((part) => ("values" in part ? part.values : new Float64Array(0)));
    return { values: stacked(new Float64Array(lengthOf(values)), values) };
  }
  const classified = parts.flatMap((part) => ("values" in part ? [] : [part]));
  const probabilities = classified.map((part) => part.probabilities);
  return {
    labels: classified.flatMap(({ labels }) => labels),
    classes,
    probabilities: stacked(new Float32Array(lengthOf(probabilities)), probabilities),
  };
}

function lengthOf(arrays: readonly { readonly length: number }[]): number {
  return arrays.reduce((sum, { length }) => sum + length, 0);
}

/** `all`, filled with the arrays one after another. */
function stacked<T extends Float32Array | Float64Array>(all: T, arrays: readonly T[]): T {
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function checkColumn(name: string, type: ManifestInput["type"], data: Float64Array | readonly string[]): void {
  const strings = !(data instanceof Float64Array);
  if (strings === (type === "category")) return;
  throw new MlError(
    "scored-column-invalid",
    `The column "${name}" holds ${strings ? "strings" : "numbers"}, the model takes a ${type}.`,
    `Read the table with types: { ${JSON.stringify(name)}: "${type}" }.`,
  );
}

function corrupt(bundle: Bundle, reason: string, cause?: unknown): MlError {
  return new MlError(
    "bundle-corrupt",
    `The model of ${bundle.dir} cannot be used: ${reason}.`,
    "Copy the bundle again from where it was written, or train it again.",
    { cause },
  );
}
