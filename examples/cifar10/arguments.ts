// The command line of the example's programs: what is wrong with it in one line, with exit code 2.
import { stat } from "node:fs/promises";
import { hasIndex } from "./read-index.ts";

/** Says what is wrong and ends the program. */
export function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

/** What `read` makes of the command line. `--help` prints the usage; unknown options and missing values are refused. */
export function readOptions<T>(usage: string, read: () => T): T {
  if (process.argv.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    return refuse(`${(error as Error).message.split(". ")[0]}. ${usage}`);
  }
}

/** A whole number of `least` or more. */
export function wholeNumber(name: string, text: string, least = 1): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${name} takes a whole number of ${least} or more, not ${JSON.stringify(text)}.`);
}

/** Refuses a path with no file and a folder with no index.csv; says whether it is a folder with one. */
export async function checkData(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return refuse(`--data: there is no ${path}.`);
  const indexed = await hasIndex(path);
  if (found.isDirectory() && !indexed) return refuse(`--data: the folder ${path} has no index.csv.`);
  return indexed;
}
