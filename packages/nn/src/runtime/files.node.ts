// Files in Node: written whole or not at all, or appended to.
import { appendFile, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { cpus, homedir, hostname } from "node:os";
import { dirname, join } from "node:path";
import { NnError } from "../errors.ts";

export { fileBeside } from "./file-beside.node.ts";

function unwritable(path: string, cause: unknown): NnError {
  return new NnError(
    "file-unwritable",
    `The file ${JSON.stringify(path)} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Give the path of a file, new or old, in a folder that may be written to; missing folders are made.",
    cause,
  );
}

/**
 * Writes beside `path`, to the disk, and renames: a reader sees the old file or the new one. A missing folder is made.
 * Throws `file-unwritable`.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replace(path, content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Makes the folder of a file that is to be written later; throws `file-unwritable` where it could not be. */
export async function checkWritable(path: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw new Error("it is a folder");
    await (await open(temporary, "w")).close();
    await rm(temporary);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function replace(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The bytes of a file. */
export async function readWhole(path: string): Promise<Uint8Array> {
  return readFile(path);
}

/** Appends to a file; it and its folder are made where they are missing. Throws `file-unwritable`. */
export async function append(path: string, content: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The names of this machine and of this process. */
export const processName = (): string => `${hostname()}.${process.pid}`;

function cachePath(name: string): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lepta", name);
}

/** What the user's cache folder keeps under a name; undefined where it keeps nothing that can be read. */
export async function readCache(name: string): Promise<string | undefined> {
  return readFile(cachePath(name), "utf8").catch(() => undefined);
}

/** Keeps what can be made again. A folder that cannot be written to costs making it again, no more. */
export async function writeCache(name: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(cachePath(name)), { recursive: true });
    await writeWhole(cachePath(name), content);
  } catch {
    // See above.
  }
}

/** The processor, as far as timings depend on it. */
export const processorName = (): string => cpus()[0]?.model.trim() ?? "unknown";

/** Milliseconds of processor time that this process has used: on a busy machine steadier than the clock. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
