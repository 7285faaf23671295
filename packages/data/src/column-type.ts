// The types that a column may have.

export const columnTypes = ["number", "category", "boolean", "timestamp", "text"] as const;

export type ColumnType = (typeof columnTypes)[number];
