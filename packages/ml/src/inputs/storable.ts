// Strings that JSON can write and a database's text can hold.

/** A string without NUL and without halves of surrogate pairs. */
export function isStorable(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}
