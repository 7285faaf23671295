// The error class of this package and the list of its codes.

/** Code → one-line meaning. Each has a page in docs/errors. */
export const dataErrors = {
  "file-not-found": "no file lies at the path",
  "not-a-file": "the path is a directory or another thing that is not a plain file",
  "unknown-format": "the file's extension names no format that can be read or written",
  "file-unreadable": "the file is damaged, is no file of its format, or may not be opened",
  "not-utf8": "the text file is not encoded in UTF-8",
  "no-header": "the first line of the file holds values instead of column names",
  "no-columns": "the file has no column at all",
  "duplicate-column": "two columns have the same name",
  "empty-table": "the table has no row that can be used",
  "unknown-column": "the table has no column of this name",
  "cells-unreadable": "too many of a column's values cannot be read as the column is read",
  "wrong-column-type": "the operation does not fit the column's type, or a value does not fit it",
  "target-missing": "the table has no column with the target's name",
  "target-all-missing": "the target column has no value in any row",
  "target-one-class": "the target column holds the same value in every row",
  "positive-unknown": "the positive value is none of the target's classes",
  "too-few-rows": "the table has too few rows for the parts asked for",
  "invalid-option": "an option's value is outside what the function takes",
  "write-failed": "the table could not be written",
} as const;

export type DataErrorCode = keyof typeof dataErrors;

/** Parts of the message for programs. */
export interface DataErrorPlace {
  /** `unknown-column`: the name that no column has; `cells-unreadable`: the column. */
  readonly column?: string;
  /** `empty-table`: how many rows reading put aside. */
  readonly rejected?: number;
}

/** What was wrong and where (`message`), and what to do (`fix`). Match on `code`. */
export class DataError extends Error {
  readonly code: DataErrorCode;
  readonly fix: string;
  readonly where: DataErrorPlace;

  constructor(code: DataErrorCode, message: string, fix: string, cause?: unknown, where: DataErrorPlace = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DataError";
    this.code = code;
    this.fix = fix;
    this.where = where;
  }
}
