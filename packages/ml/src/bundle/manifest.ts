// The manifest: what a bundle says about its model. It is also what a bundle read from a disk must look like.
import type { ColumnReading, ColumnType } from "@lepta/data";
import type { Constant } from "../evaluate/kinds/kind.ts";
import type { MetricRecord } from "../evaluate/metrics/metric.ts";
import type { Trivial } from "../evaluate/trivial.ts";
import type { FeatureProfile } from "../inputs/profiles/index.ts";
import type { JsonSchema } from "../json-schema.ts";
import type { OutcomeForm } from "../outcomes/index.ts";

export const bundleFormat = 3;

export interface ManifestInput {
  readonly name: string;
  readonly type: ColumnType;
  /**
   * How its raw values are read, by whatever way they come: what is missing, how numbers and dates are written. The
   * graph itself applies it to strings, and to numbers that mean a missing value; it takes other values as numbers
   * (times as ms since 1970 UTC).
   */
  readonly reading: ColumnReading;
}

export interface Manifest {
  readonly formatVersion: typeof bundleFormat;
  readonly name: string;
  /** Name of the task that was learnt; what scores rows needs `outcome` alone. */
  readonly task: string;
  /** Name of the architecture, for example "network". */
  readonly model: string;
  readonly target: string;
  /** How raw labels are read where the model is measured on a file. */
  readonly targetReading: ColumnReading;
  /** The column whose equal values belong together; absent where every row is a case of its own. */
  readonly group?: string;
  /** What the model says of a row. */
  readonly outcome: OutcomeForm;
  readonly signature: { readonly input: JsonSchema; readonly output: JsonSchema };
  /** The model's inputs, one a column, shape [N, 1], of the element type that its kind of input has. */
  readonly inputs: readonly ManifestInput[];
  /** Names of the model's outputs, by the roles of its kind of outcome. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** What a reader should know of how columns were taken, one sentence each. */
  readonly notes: readonly string[];
  /** On rows that the model never saw, the deciding one first; empty where it was not evaluated. */
  readonly metrics: MetricRecord;
  /** The baseline's metrics on the same rows. */
  readonly baseline: { readonly model: string; readonly metrics: MetricRecord } | null;
  /** What the rows learnt from say of the target alone: what a policy that looks at no row answers; null where there is none. */
  readonly constant: Constant | null;
  /** That policy on the same rows; null where the model was not evaluated. */
  readonly trivial: Trivial | null;
  readonly evaluatedOn: { readonly rows: number; readonly dataHash: string } | null;
  /** SHA-256 of the data set, as `Table.hash`. */
  readonly dataHash: string;
  readonly trainedOn: {
    readonly rows: number;
    readonly dataHash: string;
    /** Share of new rows from the same source that would equal one of these by chance. */
    readonly repeatShare: number;
    /** Of `rows.bloom`, which tells rows learnt from: SHA-256, hash functions and false-positive rate. */
    readonly filter: { readonly sha256: string; readonly hashes: number; readonly falsePositives: number };
  };
  readonly seed: number;
  /** Identifier of the training run; null where there was none. */
  readonly run: string | null;
  /** SPDX identifier of the licence of the model, or null. */
  readonly license: string | null;
  readonly versions: { readonly lepta: string; readonly onnxruntime: string; readonly node: string };
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly modelSha256: string;
  readonly modelBytes: number;
  /** How the training rows were distributed, for drift. */
  readonly profile: readonly FeatureProfile[];
}
