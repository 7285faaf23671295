// Declared columns, and the type of a row that follows from them.
import type { ColumnType } from "@lepta/data";

export const columnTypes: readonly ColumnType[] = ["number", "category", "boolean", "timestamp", "text"];

/** Column name → what it holds. */
export type Columns = Readonly<Record<string, ColumnType>>;

interface ValueOf {
  number: number;
  category: string;
  boolean: boolean;
  /** ISO 8601. */
  timestamp: string;
  text: string;
}

/** A raw row with these columns: the type of `predict`'s argument. `null` is a missing value. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: ValueOf[C[K]] | null };
