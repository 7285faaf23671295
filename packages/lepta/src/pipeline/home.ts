// Where the store lies, and the API key that this machine's user keeps beside it.
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The store's directory: LEPTA_HOME, or `.lepta` in the working directory. */
export function homeDirectory(): string {
  return resolve(process.env.LEPTA_HOME || ".lepta");
}

interface Credentials {
  readonly key: string;
}

const file = (home: string): string => join(home, "credentials.json");

/** The key of this store's own user: LEPTA_API_KEY, else the credentials file. */
export async function readKey(home: string): Promise<string | undefined> {
  if (process.env.LEPTA_API_KEY) return process.env.LEPTA_API_KEY;
  try {
    const { key } = JSON.parse(await readFile(file(home), "utf8")) as Partial<Credentials>;
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the key so that only this user reads it (0600). */
export async function writeKey(home: string, key: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const temporary = `${file(home)}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ key } satisfies Credentials)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file(home));
}
