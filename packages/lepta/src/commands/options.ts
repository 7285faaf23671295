// Option values that several verbs read from the command line.
import { InvalidArgumentError } from "commander";

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

/** A TCP port; 0 takes a free one. */
export const port: (text: string) => number = wholeNumber(0, 65535);
