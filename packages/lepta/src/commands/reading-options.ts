// The options of the command line that say how a table's values are written, for all columns or for one.
import { dateOrders, decimalMarks, type ReadingOptions, type TableReading, thousandsMarks } from "@lepta/data";
import { type Command, InvalidArgumentError, Option } from "commander";
import { columnTypes } from "../product/columns.ts";

/** Values of the options, one entry each time that one was given. */
export interface ReadingFlags {
  readonly na?: readonly string[];
  readonly decimal?: readonly string[];
  readonly thousands?: readonly string[];
  readonly dates?: readonly string[];
  readonly type?: readonly string[];
}

/** "income=comma" → the column and the value; a value alone is for every column. */
function parts(text: string): { column: string | undefined; value: string } {
  const at = text.lastIndexOf("=");
  return at <= 0 ? { column: undefined, value: text } : { column: text.slice(0, at), value: text.slice(at + 1) };
}

const collect =
  (words?: readonly string[], needsColumn = false) =>
  (text: string, earlier: readonly string[] = []): string[] => {
    const { column, value } = parts(text);
    if (needsColumn && column === undefined) throw new InvalidArgumentError("Write it as COLUMN=TYPE.");
    if (words !== undefined && !words.includes(value))
      throw new InvalidArgumentError(`It must be one of ${words.join(", ")}, alone or as COLUMN=WORD.`);
    return [...earlier, text];
  };

/** Adds `--na`, `--decimal`, `--thousands` and `--dates`; with `types`, `--type` too. */
export function withReadingOptions(command: Command, { types }: { readonly types: boolean }): Command {
  command
    .option(
      "--na <[COLUMN=]WORDS>",
      "words, separated by commas, that mean a missing value beside the customary ones; an empty word takes those away",
      collect(),
    )
    .option("--decimal <[COLUMN=]MARK>", `decimal mark: ${decimalMarks.join(", ")}`, collect(decimalMarks))
    .option(
      "--thousands <[COLUMN=]MARK>",
      `mark between thousands: ${thousandsMarks.join(", ")}`,
      collect(thousandsMarks),
    )
    .option("--dates <[COLUMN=]ORDER>", `order in dates of digits: ${dateOrders.join(", ")}`, collect(dateOrders));
  return types
    ? command.option(
        "--type <COLUMN=TYPE>",
        `what a column holds: ${columnTypes.join(", ")}`,
        collect(columnTypes, true),
      )
    : command;
}

/** `--unreadable`: what a cell that cannot be read does where a model reads a file. */
export function unreadableOption(): Option {
  return new Option(
    "--unreadable <WHAT>",
    "what a cell that cannot be read does: its row is put aside, or it is missing",
  )
    .choices(["reject", "missing"])
    .default("reject");
}

/** Undefined where no option was given. */
export function readingOf(flags: ReadingFlags): TableReading | undefined {
  const all: Record<string, unknown> = {};
  const columns = new Map<string, Record<string, unknown>>();
  const put = (
    given: readonly string[] | undefined,
    set: (own: Record<string, unknown>, value: string) => void,
  ): void => {
    for (const text of given ?? []) {
      const { column, value } = parts(text);
      if (column === undefined) set(all, value);
      else {
        const own = columns.get(column) ?? {};
        set(own, value);
        columns.set(column, own);
      }
    }
  };
  put(flags.na, (own, value) => {
    own.na = [...((own.na as string[] | undefined) ?? []), ...value.split(",").map((word) => word.trim())];
  });
  put(flags.decimal, (own, value) => {
    own.decimal = value;
  });
  put(flags.thousands, (own, value) => {
    own.thousands = value;
  });
  put(flags.dates, (own, value) => {
    own.dates = value;
  });
  put(flags.type, (own, value) => {
    own.type = value;
  });
  if (Object.keys(all).length === 0 && columns.size === 0) return undefined;
  return { ...(all as ReadingOptions), columns: Object.fromEntries(columns) };
}
