// `lepta predict`: batch scoring, file to file.
import { resolve } from "node:path";
import { type Column, makeTable, type Table, writeTable } from "@lepta/data";
import { openScorer, readBundle } from "@lepta/ml";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { keptColumns } from "../learning/kept-columns.ts";
import { outcomeColumns } from "../learning/outcomes.ts";
import { readForModel, unreadableFor } from "../learning/score-file.ts";
import { formatCount } from "../text/numbers.ts";
import { rejectedText, unreadableText } from "../text/table-text.ts";
import type { CommonOptions } from "./options.ts";
import { type ReadingFlags, readingOf, unreadableOption, withReadingOptions } from "./reading-options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface PredictOptions extends CommonOptions, ReadingFlags {
  readonly unreadable: "reject" | "missing";
  readonly data: string;
  readonly out: string;
  readonly keep: readonly string[];
}

/** `row` where rows of the file have no prediction, so that the others can be joined to it. */
function rowColumn({ rowNumbers }: Table): Column[] {
  return rowNumbers === undefined ? [] : [{ name: "row", type: "number", data: rowNumbers }];
}

/** Throws `usage-invalid` where a kept column would stand beside another of its name. */
function checkNames(kept: readonly Column[], scored: readonly Column[]): void {
  const clash = kept.find(({ name }) => scored.some((column) => column.name === name));
  if (clash === undefined) return;
  throw new CliError(
    "usage-invalid",
    `--keep ${clash.name}: the predictions have a column of this name.`,
    "Rename the column in the file, or leave it out.",
  );
}

async function run(path: string, options: PredictOptions): Promise<void> {
  const { data, out, keep, json, unreadable } = options;
  const terminal = createTerminal(json === true);
  if (resolve(data) === resolve(out))
    throw new CliError(
      "usage-invalid",
      `--out ${out} is the file that --data names.`,
      "Name another file: the rows would be lost.",
    );
  const bundle = await readBundle(path);
  const reading = readingOf(options);
  const table = await readForModel(data, bundle.manifest, {
    withTarget: false,
    unreadable,
    ...(reading === undefined ? {} : { reading }),
  });
  const kept = await keptColumns(data, table, keep);
  const scorer = await openScorer(bundle);
  try {
    const scored = [...rowColumn(table), ...outcomeColumns(await scorer.scoreTable(table))];
    checkNames(kept, scored);
    await writeTable(out, makeTable([...kept, ...scored]));
  } finally {
    await scorer.close();
  }
  terminal.say(`${formatCount(table.rowCount)} predictions written to ${out}, in the order of the rows`);
  const unread = unreadableFor(table, bundle.manifest);
  for (const line of [...rejectedText(table.rejected, 10), ...unreadableText(unread)]) terminal.say(line);
  if (table.rowNumbers !== undefined)
    terminal.say('the column "row" numbers the rows of the file from 1, those put aside counted');
  terminal.result({
    rows: table.rowCount,
    out: resolve(out),
    rejected: table.rejected.map(({ line, reason }) => ({ line, reason })),
    unreadable: unread,
  });
}

function add(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

export function predictCommand(): Command {
  const command = new Command("predict")
    .description("Score a table with a bundle: label and one probability column a class, or the value.")
    .argument("<bundle>", "the bundle's folder")
    .requiredOption("--data <FILE>", "the table, with the model's columns; others are ignored")
    .requiredOption("--out <FILE>", "where the predictions go: .csv, .parquet or .ndjson, by extension")
    .option("--keep <COLUMN>", "a column of the table that the output begins with, as it stands; repeatable", add, [])
    .addOption(unreadableOption())
    .action(run)
    .addHelpText(
      "after",
      "\nThe rows keep their order, and values are read as the training data's were. A malformed row has no prediction; it is reported with its line and reason. Where there\nis one, the output begins with a column row: the number of each row among the file's, from 1, the malformed counted.",
    );
  return withReadingOptions(command, { types: false });
}
