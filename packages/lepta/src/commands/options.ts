// Option values that several verbs read from the command line.
import { InvalidArgumentError, Option } from "commander";

/** Options that every verb has. */
export interface CommonOptions {
  readonly json?: true;
  readonly debug?: true;
}

/** A whole number from `low` to `high`, both included. */
export function wholeNumber(low: number, high: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `of ${low} or more` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** Names with commas between them, each once. */
export function names(text: string): readonly string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.includes("") || new Set(list).size < list.length)
    throw new InvalidArgumentError("It must be names with commas between them, each once, such as logistic,network.");
  return list;
}

/** A TCP port; 0 takes a free one. */
export const port: (text: string) => number = wholeNumber(0, 65535);

/** A share above 0 and below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!/^[\d.]+$/.test(text) || !(value > 0 && value < 1))
    throw new InvalidArgumentError("It must be a share above 0 and below 1, such as 0.2.");
  return value;
}

/** `--server`: whom a verb asks. */
export function serverOption(): Option {
  return new Option("--server <URL>", "the server to ask (default: LEPTA_URL, else the store's own)");
}
