// Where a command writes: results to stdout; with --json the JSON alone goes there, and all else to stderr.
import { readerGone, write } from "./output-end.ts";

export interface Terminal {
  readonly json: boolean;
  /** Lines for people: stdout, or stderr with --json. */
  say(text?: string): void;
  /** The command's JSON result; does nothing without --json. */
  result(value: unknown): void;
  /** Whether the lines for people are read by nobody any more. */
  unread(): boolean;
  /** Where progress is drawn. */
  readonly stream: NodeJS.WriteStream;
}

export function createTerminal(json: boolean): Terminal {
  const stream = json ? process.stderr : process.stdout;
  return {
    json,
    stream,
    unread: () => readerGone(stream),
    say: (text = "") => write(stream, `${text}\n`),
    result: (value) => void (json && write(process.stdout, `${JSON.stringify(value, null, 2)}\n`)),
  };
}

/** Bold on a terminal that wants colours, else the text as it is. */
export function bold(terminal: Terminal, text: string): string {
  return terminal.stream.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text;
}
