// Declared columns: their types.
import type { DeclaredColumns } from "@lepta/api";
import type { ColumnType } from "@lepta/data";

/** Column name → what it holds. */
export type Columns = DeclaredColumns;

/** What a column can be declared as: what the reader tells apart, which is what the client types. */
export const columnTypes: readonly ColumnType[] = ["number", "category", "boolean", "timestamp", "text"];
