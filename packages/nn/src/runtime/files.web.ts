// Files in a browser: there are none.
import { NnError } from "../errors.ts";

function refuse(path: string): NnError {
  return new NnError(
    "files-unavailable",
    `The file ${JSON.stringify(path)} was asked for, but a browser has no file system.`,
    "Use the form that takes or gives bytes, and keep them where the page keeps its data.",
  );
}

/** Throws `files-unavailable`. */
export async function writeWhole(path: string, _content: Uint8Array | string): Promise<void> {
  throw refuse(path);
}

/** Throws `files-unavailable`. */
export async function checkWritable(path: string): Promise<void> {
  throw refuse(path);
}

/** Throws `files-unavailable`. */
export async function readWhole(path: string): Promise<Uint8Array> {
  throw refuse(path);
}

/** Throws `files-unavailable`. */
export function fileBeside(path: string): (location: string) => Uint8Array | undefined {
  throw refuse(path);
}

/** Throws `files-unavailable`. */
export async function append(path: string, _content: Uint8Array): Promise<void> {
  throw refuse(path);
}

/** A browser does not know its machine. */
export const processName = (): string => "browser";

/** A browser keeps no cache. */
export async function readCache(_name: string): Promise<string | undefined> {
  return undefined;
}

/** A browser keeps no cache. */
export async function writeCache(_name: string, _content: string): Promise<void> {}

/** A browser does not know its processor. */
export const processorName = (): string => "browser";

/** A browser tells no processor time: milliseconds by the clock. */
export const processorTime = (): number => performance.now();
