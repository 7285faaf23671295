// Scores rows and tables with a bundle's model.
import { cellReader, columnBatch, type Table } from "@lepta/data";
import { createSession, type SessionOptions, type TensorData } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { inputKinds } from "../inputs/index.ts";
import { decodeOutcomes, type Outcome, type Outcomes, outcomeEntry } from "../outcomes/index.ts";
import type { Manifest, ManifestInput } from "./manifest.ts";
import type { Bundle } from "./read-bundle.ts";
import { type Row, type RowProblem, rowProblems } from "./row.ts";

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
  readonly score: (rows: readonly Row[]) => Promise<Outcome[]>;
  /** The table needs the model's columns; others are ignored. Throws `unknown-column` or `scored-column-invalid` (a column's type). */
  readonly scoreTable: (table: Table) => Promise<Outcomes>;
  readonly close: () => Promise<void>;
}

/** Throws `bundle-corrupt` where the model cannot be run. */
export async function openScorer(bundle: Bundle, options: ScorerOptions = {}): Promise<Scorer> {
  const { manifest } = bundle;
  const { inputs, outputs, outcome: form } = manifest;
  const entry = outcomeEntry(form);
  const { threads = 1, process: own = false } = options;
  const maxBatch = Math.min(options.maxBatch ?? 4096, bundle.mostRows);
  // The graph, not the file: what the runtime sees is what was checked.
  const session = await createSession(bundle.graph, { threads, process: own }).catch((cause: unknown) => {
    throw corrupt(bundle, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const run = async (feeds: Record<string, TensorData>, rows: number): Promise<Outcomes> => {
    const results = await session.run(feeds);
    try {
      return decodeOutcomes(form, outputs, results, rows);
    } catch (cause) {
      throw corrupt(bundle, cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  return {
    manifest,
    validate: (row) => rowProblems(row, inputs),
    async score(rows) {
      const scored: Outcome[] = new Array(rows.length);
      for (let start = 0; start < rows.length; start += maxBatch) {
        const end = Math.min(rows.length, start + maxBatch);
        const part = await run(feedsOf(rows, start, end, inputs), end - start);
        for (let i = start; i < end; i++) scored[i] = entry.at(part, i - start);
      }
      return scored;
    },
    async scoreTable(table) {
      const batch = columnBatch(
        table,
        inputs.map(({ name }) => name),
      );
      const parts: Outcomes[] = [];
      for (let start = 0; start < table.rowCount; start += maxBatch) {
        const end = Math.min(table.rowCount, start + maxBatch);
        const feeds = feedsBy(inputs, (input) => feedOf(input, batch[input.name]!.data, start, end));
        parts.push(await run(feeds, end - start));
      }
      return parts.length === 1 ? parts[0]! : entry.joined(parts);
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
  return feedsBy(inputs, ({ name, type, reading }) => {
    const read = cellReader(reading);
    return inputKinds[type].port.feed(end - start, (i) => read(rows[start + i]![name]));
  });
}

/** Rows of a table's column. Throws `scored-column-invalid`. */
function feedOf(
  { name, type }: ManifestInput,
  data: Float64Array | readonly string[],
  start: number,
  end: number,
): TensorData {
  const feed = inputKinds[type].port.part(data, start, end);
  if (feed !== undefined) return feed;
  throw new MlError(
    "scored-column-invalid",
    `The column "${name}" holds ${data instanceof Float64Array ? "numbers" : "strings"}, the model takes a ${type}.`,
    `Read the table with types: { ${JSON.stringify(name)}: "${type}" }.`,
  );
}

/** Not by assignment: a column may be named "__proto__". */
function feedsBy(
  inputs: readonly ManifestInput[],
  feed: (input: ManifestInput) => TensorData,
): Record<string, TensorData> {
  return Object.fromEntries(inputs.map((input) => [input.name, feed(input)]));
}

function corrupt(bundle: Bundle, reason: string, cause?: unknown): MlError {
  return new MlError(
    "bundle-corrupt",
    `The model of ${bundle.dir} cannot be used: ${reason}.`,
    "Copy the bundle again from where it was written, or train it again.",
    { cause },
  );
}
