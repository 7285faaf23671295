// The error of this package and the list of its codes; each code has a page in docs/errors.

/** Code → one-line meaning. Codes are stable: callers match on them. */
export const leptaErrors = {
  "usage-invalid": "the command line has an option or argument that cannot be",
  "product-file-missing": "there is no product file at the path",
  "product-file-failed": "the product file could not be loaded",
  "product-invalid": "the product file exports no product, or one that cannot be",
  "columns-mismatch": "the columns that the product declares are not those of its data",
  "rows-ambiguous": "which row of a file is which cannot be told",
  "gate-failed": "a trained model is below the bar that the product sets",
  "output-unwritable": "the output cannot be written where it was asked for",
  "runtime-unsupported": "the command was started on a runtime that is not Node.js",
  "output-exists": "the file that was to be written is there already",
  "port-taken": "another process listens on the port",
  "store-missing": "there is no store to ask",
  "credentials-missing": "a server has the store open, and there is no API key to ask it with",
  "unexpected-failure": "a failure that Lepta has no name for",
} as const;

/** A code of this package. */
export type LeptaErrorCode = keyof typeof leptaErrors;

/** What went wrong (`message`), what to do about it (`fix`), and what to match on (`code`). */
export class CliError extends Error {
  readonly code: LeptaErrorCode;
  readonly fix: string;

  constructor(code: LeptaErrorCode, message: string, fix: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "CliError";
    this.code = code;
    this.fix = fix;
  }
}
