// The error of this package and the list of its codes: what goes wrong beside the wire. What a caller is told over HTTP has
// a code of @lepta/api. Each code has a page in docs/errors.

/** Code → one-line meaning. Codes are stable: callers match on them. */
export const serverErrors = {
  "store-unusable": "The store's directory cannot be used.",
  "store-newer": "The store was written by a newer release.",
  "store-closed": "The store was closed.",
  "organisation-not-found": "No organisation has the id.",
  "grant-not-found": "The organisation gave no such grant.",
  "blob-missing": "A stored file is not there.",
  "blob-corrupt": "A stored file does not have the content that its name says.",
} as const;

/** A code of this package. */
export type ServerErrorCode = keyof typeof serverErrors;

/** What went wrong (`message`), what to do about it (`fix`), and what to match on (`code`). */
export class ServerError extends Error {
  readonly code: ServerErrorCode;
  readonly fix: string;

  constructor(code: ServerErrorCode, message: string, details: { readonly fix: string; readonly cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ServerError";
    this.code = code;
    this.fix = details.fix;
  }
}
