// The public surface of this package: one explicit list.
export { type MixOptions, mixRows } from "./augment/mix-rows.ts";
export type { Cleaned } from "./clean/cleaned.ts";
export { type DuplicateReport, removeDuplicates } from "./clean/duplicates.ts";
export {
  type MissingOptions,
  type MissingReport,
  normaliseMissing,
  type TargetReport,
  withTarget,
} from "./clean/missing.ts";
export { clipOutliers, type Limits, type OutlierOptions, type OutlierReport, outlierLimits } from "./clean/outliers.ts";
export { type ColumnType, columnTypes } from "./column-type.ts";
export { asDataset, type ColumnArray, type ColumnBatch, columnBatch } from "./dataset/as-dataset.ts";
export { type BatchOptions, batchesOf } from "./dataset/batches.ts";
export type {
  Batch,
  BatchArray,
  BatchData,
  Dataset,
  DatasetColumn,
  DatasetStream,
  MemoryDataset,
  Pass,
} from "./dataset/dataset.ts";
export { fromArrays } from "./dataset/from-arrays.ts";
export { type MappedRows, type MappedStream, mapBatches } from "./dataset/map-batches.ts";
export { type Row, type RowStreamOptions, rowStream } from "./dataset/row-stream.ts";
export { type ShuffleOptions, shuffleStream } from "./dataset/shuffle-stream.ts";
export { stackColumns } from "./dataset/stack-columns.ts";
export { subset } from "./dataset/subset.ts";
export { wholeBatch } from "./dataset/whole-batch.ts";
export { DataError, type DataErrorCode, type DataErrorPlace, dataErrors } from "./errors.ts";
export { suggestName } from "./names.ts";
export type { ColumnProfile, NumberProfile } from "./profile/column-profile.ts";
export { type Suspect, suspicion } from "./profile/leakage.ts";
export { groupSuspects, type Profile, profileTable, suspectsOf } from "./profile/profile.ts";
export {
  type ColumnReading,
  customaryReading,
  type DateDigits,
  type DateOrder,
  type DecimalMark,
  literalReading,
  type ThousandsMark,
} from "./reading/column-reading.ts";
export { customaryMissing } from "./reading/missing-spellings.ts";
export { numberMarkers } from "./reading/number-text.ts";
export { type Cell, type CellReader, cellReader, readCell, wantedForm } from "./reading/read-cell.ts";
export {
  dateOrders,
  decimalMarks,
  optionsOf,
  type ReadingOptions,
  rewritten,
  type TableReading,
  thousandsMarks,
} from "./reading/reading-options.ts";
export { type ColumnSpec, type RawValue, rowsOf, tableFromRows, type Value, valueAt } from "./rows.ts";
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
export type { ReadOptions } from "./sources/read-options.ts";
export { readTable } from "./sources/read-table.ts";
export { writeTable } from "./sources/write-table.ts";
export { type Fold, type FoldOptions, kFold, type SplitOptions, splitTable, type ThreeParts } from "./split/split.ts";
export { type Groups, groupsOf } from "./split/units.ts";
export { quantileOf } from "./statistics.ts";
export { type Copula, fitCopula } from "./synthesize/copula.ts";
export {
  type Column,
  columnOf,
  isNumeric,
  makeTable,
  type NumericColumn,
  type RejectedRow,
  type StringColumn,
  type Table,
  type TableSource,
  takeColumns,
  takeRows,
  type UnreadableCells,
} from "./table.ts";
export { parseTime } from "./time.ts";
