// Directories as lists of blobs: stored file by file, and put back together elsewhere.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";
import { ApiError } from "@lepta/api";
import type { BundleFile } from "../db/schema.ts";
import type { Blobs } from "./blobs.ts";

/** A bundle is a handful of files; more, or more bytes, is something else. */
const maxFiles = 1000;
const maxBytes = 4 * 2 ** 30;

/** Stores every file below `dir`. @returns the files by path, in order. */
export async function storeDirectory(blobs: Blobs, dir: string): Promise<BundleFile[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: Error) => {
    throw unusable(`${dir} cannot be read: ${cause.message}`, cause);
  });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd) throw unusable(`${join(odd.parentPath, odd.name)} is neither a file nor a directory`);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (paths.length > maxFiles) throw unusable(`${dir} has ${paths.length} files; a bundle has at most ${maxFiles}`);
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  if (bytes > maxBytes) throw unusable(`${dir} has ${bytes} bytes; a bundle has at most ${maxBytes}`);

  const files: BundleFile[] = [];
  for (const path of paths.sort()) {
    files.push({ path: relative(dir, path).split(sep).join("/"), ...(await blobs.putFile(path)) });
  }
  return files;
}

/** A hash of paths and contents: equal for equal directories. */
export function directoryHash(files: readonly BundleFile[]): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}

/** Writes the files to `target`, which is there complete or not at all. A target that is there already is kept. */
export async function materialise(blobs: Blobs, files: readonly BundleFile[], target: string): Promise<void> {
  if (await stat(target).catch(() => undefined)) return;
  const temporary = `${target}.${randomUUID()}`;
  try {
    for (const { path, sha256 } of files) {
      if (posix.isAbsolute(path) || posix.normalize(path) !== path || path.startsWith("..") || path.includes("\\")) {
        throw unusable(`${path} is no path inside a bundle`);
      }
      const place = join(temporary, path);
      await mkdir(dirname(place), { recursive: true });
      await blobs.copyTo(sha256, place);
    }
    await rename(temporary, target).catch(async (error) => {
      // Another call was faster; its content is the same.
      if (!(await stat(target).catch(() => undefined))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function unusable(message: string, cause?: unknown): ApiError {
  return new ApiError("bundle-unusable", message, {
    cause,
    fix: "Give the directory that lepta train made, unchanged.",
  });
}
