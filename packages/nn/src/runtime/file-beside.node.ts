// Files in the folder of another one, which an untrusted file names.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { NnError } from "../errors.ts";

/** A model's protocol buffer is below 2 GiB; so is what its tensors can be written into again. */
const mostBytes = 2 ** 31;

function refuse(location: string, why: string): NnError {
  return new NnError(
    "model-file-invalid",
    `The model names the file ${JSON.stringify(location.slice(0, 200))}, ${why}.`,
    "Put the model and its data files themselves into one folder, as the exporter wrote them.",
  );
}

/**
 * Reads files of the folder in which `path` lies, each once: undefined where there is none of the name. Throws
 * `model-file-invalid` where a link leads out of the folder, and for what is no plain file.
 */
export function fileBeside(path: string): (location: string) => Uint8Array | undefined {
  const folder = realpathSync(dirname(path));
  const read = new Map<string, Uint8Array | undefined>();
  return (location) => {
    if (!read.has(location)) read.set(location, readInside(folder, location));
    return read.get(location);
  };
}

function readInside(folder: string, location: string): Uint8Array | undefined {
  let file: number;
  try {
    const target = realpathSync(join(folder, location));
    if (!target.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      throw refuse(location, "which lies elsewhere");
    // A pipe would hold the process up, and a link may have come since.
    file = openSync(target, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw cause instanceof NnError ? cause : refuse(location, `which cannot be read: ${(cause as Error).message}`);
  }
  try {
    const about = fstatSync(file);
    if (!about.isFile()) throw refuse(location, "which is no file");
    if (about.size > mostBytes) throw refuse(location, `which has ${about.size} bytes; at most ${mostBytes} are read`);
    const bytes = Buffer.allocUnsafeSlow(about.size);
    let length = 0;
    for (let part = 1; part > 0 && length < bytes.length; length += part)
      part = readSync(file, bytes, length, Math.min(bytes.length - length, 2 ** 30), length);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
