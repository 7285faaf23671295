// Which format a path names, and whether a file lies there.
import { stat, symlink } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { DataError } from "../errors.ts";

export type Format = "csv" | "tsv" | "parquet" | "ndjson";

export interface FileFormat {
  readonly format: Format;
  readonly gzip: boolean;
}

const formats: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".parquet": "parquet",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
};

/** The format that the extension names, or the given one. Throws `unknown-format`. */
export function formatOf(path: string, given?: Format): FileFormat {
  const lower = path.toLowerCase();
  const gzip = lower.endsWith(".gz");
  const format = given ?? formats[extname(gzip ? lower.slice(0, -3) : lower)];
  if (format === undefined || (gzip && format === "parquet"))
    throw new DataError(
      "unknown-format",
      `"${path}" has no extension that names a table format`,
      "Use .csv, .tsv, .ndjson or .jsonl (each also with .gz) or .parquet.",
    );
  return { format, gzip };
}

/** The file's size in bytes. Throws `file-not-found`, `not-a-file`, `file-unreadable`. */
export async function fileSize(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
    throw new DataError(
      "not-a-file",
      `"${path}" is ${found.isDirectory() ? "a directory" : "not a plain file"}`,
      "Give the path of one file.",
    );
  } catch (error) {
    if (error instanceof DataError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new DataError(
        "file-not-found",
        `no file at "${path}"`,
        `Check the path; it is taken from ${process.cwd()}.`,
        error,
      );
    throw new DataError("file-unreadable", `"${path}" cannot be opened (${code})`, "Check its permissions.", error);
  }
}

/**
 * A path that DuckDB takes literally: it reads `*`, `?`, `[` and `{` as a pattern over many files, so a path that has
 * one goes by a link of a plain name in `scratch`.
 */
export async function plainPath(path: string, scratch: () => Promise<string>, extension: string): Promise<string> {
  const full = resolve(path);
  if (!/[*?[\]{}]/.test(full)) return full;
  const link = join(await scratch(), `source${extension}`);
  await symlink(full, link);
  return link;
}
