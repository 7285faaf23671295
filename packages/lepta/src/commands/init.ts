// `lepta init`: a product file from a table; what can be found out is found out and said.
import { existsSync } from "node:fs";
import { readdir, rename, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { type FoundOut, findOut, tableFile } from "../learning/find-out.ts";
import { productSource } from "../learning/product-source.ts";
import { formatCount, plural } from "../text/numbers.ts";
import type { CommonOptions } from "./options.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";

interface InitOptions extends CommonOptions {
  readonly target?: string;
  readonly positive?: string;
  readonly name?: string;
  readonly out: string;
}

/** The one table of the working directory. Throws `usage-invalid` for none and for several. */
async function onlyTable(): Promise<string> {
  const tables = (await readdir(".")).filter((name) => tableFile.test(name)).sort();
  const [table] = tables;
  if (table !== undefined && tables.length === 1) return table;
  throw new CliError(
    "usage-invalid",
    table === undefined ? "There is no table in this folder." : `There are several tables here: ${tables.join(", ")}.`,
    `Name the table: lepta init ${table ?? "FILE.csv"}.`,
  );
}

function say(terminal: Terminal, found: FoundOut, out: string): void {
  const { rows, columns, leftOut, target, positive, classes, warnings } = found;
  const counts = classes?.map(({ label, count }) => `${formatCount(count)} ${label}`).join(", ");
  terminal.say(`${plural(rows, "row")}; ${plural(columns.length, "column")} to learn from:`);
  for (const { name, type } of columns) terminal.say(`  ${name}: ${type}`);
  for (const { name, reason } of leftOut) terminal.say(`left out: ${name}, ${reason}`);
  terminal.say(`to be predicted: ${target.name} (${target.reason}), ${counts ?? "a number"}`);
  if (positive !== undefined) terminal.say(`probabilities speak of: ${positive.label} (${positive.reason})`);
  for (const warning of warnings) terminal.say(`warning: ${warning}`);
  terminal.say();
  terminal.say(`${out} is written; read it, then: npx lepta ship ${out}`);
}

async function run(data: string | undefined, options: InitOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const out = resolve(options.out);
  if (existsSync(out))
    throw new CliError("output-exists", `${options.out} is there already.`, "Name another file with --out.");
  const file = data ?? (await onlyTable());
  const found = await findOut(file, options);
  const path = relative(dirname(out), resolve(file)).replaceAll("\\", "/");
  const temporary = `${out}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, productSource(found, path), { flag: "wx" });
    await rename(temporary, out);
  } catch (cause) {
    throw new CliError(
      "output-unwritable",
      `${options.out} cannot be written: ${cause instanceof Error ? cause.message : cause}.`,
      "Name a file in a folder that is there and may be written to with --out.",
      { cause },
    );
  }
  if (!terminal.json) say(terminal, found, options.out);
  terminal.result({ ...found, product: out });
}

export function initCommand(): Command {
  return new Command("init")
    .description("Write a product file from a table: its columns and types, what is predicted, what is left out.")
    .argument("[data]", "the table: .csv, .tsv, .ndjson (each also .gz) or .parquet (default: the one in this folder)")
    .option("--target <COLUMN>", "the column to predict (default: the one that is named or placed like a target)")
    .option("--positive <VALUE>", "the class that probabilities speak of (default: by its name, else the rarer)")
    .option("--name <NAME>", "the product's name (default: that of the table)")
    .option("--out <FILE>", "where the product goes", "product.ts")
    .action(run);
}
