// What an entry of the table of input kinds says: all that is peculiar to a type of column, from its fit to its drift.
import type { Cell, Column, ColumnReading } from "@lepta/data";
import type { Tensor } from "@lepta/nn";
import type { JsonSchema } from "../json-schema.ts";
import type { CategoryEffects } from "./categories/category-effects.ts";
import type { Port } from "./port.ts";

/** What JSON has for a value that is there. */
export type RawType = "number" | "boolean" | "string";

export interface FitOptions {
  /** Most bins a number in the piecewise-linear encoding; 0: none. */
  readonly bins: number;
  /** Whether numbers are taken as they are. */
  readonly plain: boolean;
  /** Most categories with a column of their own. */
  readonly categories: number;
  /** Columns of the table whose features are of the same kind, this one counted. */
  readonly alike: number;
}

export interface LeftOut {
  /** Why the column is no feature. */
  readonly leftOut: string;
}

/** One type of column. @typeParam F what is learnt of it. @typeParam P how it is distributed */
export interface InputKind<F, P> {
  /** The model's input for it. */
  readonly port: Port;
  /** Name of what is learnt of it, in `featureKinds`. */
  readonly feature: string;
  /** What its values commonly are in JSON, the commonest first; a value of these that cannot be read is out of range. */
  readonly raw: readonly RawType[];
  /** Learns from the training rows. */
  fit(column: Column, options: FitOptions): F | LeftOut;
  /**
   * Says yes to values that are plainly right and that any store holds, for a fraction of what reading one costs; no
   * means that it is to be read.
   */
  plain(value: unknown): boolean;
  /** JSON Schema of a raw value: it accepts all that can be read, and what no schema can tell from it. */
  jsonSchema(reading: ColumnReading, feature: F): JsonSchema;
  /** How its training rows are distributed, for drift. */
  readonly profile: ProfileKind<P>;
}

/** Features that become columns of the matrix together, whatever type their columns have. */
export interface FeatureKind<F> {
  /** Parts [N, columns] in float32, of inputs by name; the features are worked on together. */
  apply(features: readonly F[], inputs: Readonly<Record<string, Tensor>>): Tensor[];
  /** Names of the parts' columns, in their order. */
  columns(features: readonly F[]): string[];
  /** What was put together, one sentence each. */
  notes(feature: F): string[];
  /** The values of the training rows, and the rows whose value has no column of its own; undefined where there are none. */
  rest?(feature: F, column: Column): { readonly values: readonly string[]; readonly rows: Int32Array } | undefined;
  /** With what those values say of the target. */
  withEffects?(feature: F, effects: CategoryEffects): F;
}

/** One way to say how the training rows of a column are distributed, and to put a value into its bins. */
export interface ProfileKind<P> {
  of(name: string, column: Column): P;
  /** Checks one that was read; `at` names it in messages. */
  check(profile: unknown, at: string): void;
  /** Shares of all bins, the last one of missing values; they sum to 1. */
  shares(profile: P): number[];
  /** The bin of a value as the model reads it: an index of `shares`. */
  bin(profile: P, value: Cell): number;
  /** The least and the largest value, where a reader should know them. */
  range(profile: P): readonly [low: number, high: number] | undefined;
}
