// Declared columns: their types.
import type { DeclaredColumns } from "@lepta/api";
import { columnTypes as readTypes } from "@lepta/data";

/** Column name → what it holds. */
export type Columns = DeclaredColumns;

/** What a column can be declared as: what the reader tells apart, each of which the client types. */
export const columnTypes: readonly Columns[string][] = readTypes;
