// The public surface of this package: one explicit list.
export { type BatchOptions, batchesOf, type ColumnArray, type ColumnBatch, columnBatch } from "./batches/batches.ts";
export { DataError, type DataErrorCode, dataErrors } from "./errors.ts";
export {
  classLimit,
  inferSchema,
  type LeftOut,
  labelAt,
  type Schema,
  type SchemaFeature,
  type SchemaOptions,
  type SchemaTarget,
} from "./schema.ts";
export type { Format } from "./sources/format.ts";
export type { ReadProgress } from "./sources/loaded.ts";
export { type ReadOptions, readTable } from "./sources/read-table.ts";
export { writeTable } from "./sources/write-table.ts";
export { type Fold, type FoldOptions, kFold, type SplitOptions, splitTable, type ThreeParts } from "./split/split.ts";
export {
  type Column,
  type ColumnSpec,
  type ColumnType,
  columnOf,
  isNumeric,
  makeTable,
  type NumericColumn,
  type RejectedRow,
  rowsOf,
  type StringColumn,
  type Table,
  type TableSource,
  tableFromRows,
  takeColumns,
  takeRows,
  type Value,
  valueAt,
} from "./table.ts";
