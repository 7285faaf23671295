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

/** LEPTA_API_KEY of the environment, else the key of the store's credentials file. */
export async function readKey(home: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (environment.LEPTA_API_KEY) return environment.LEPTA_API_KEY;
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
