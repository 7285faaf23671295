// `lepta train`: a bundle from a table.
import { basename, resolve } from "node:path";
import { suspectsOf as suspectsIn } from "@lepta/data";
import { overlapText, taskFamilies, taskFamily } from "@lepta/ml";
import { Command, Option } from "commander";
import { checkOut } from "../learning/check-out.ts";
import { type Learnt, learn } from "../learning/learn.ts";
import { alikeClasses, doubtfulClasses, type PreparedTable, prepareTable } from "../learning/prepare.ts";
import { readTestTable, type TestTable } from "../learning/test-table.ts";
import { absentText, confusionText, metricsText } from "../text/metrics-text.ts";
import { formatCount, formatFigure, plural } from "../text/numbers.ts";
import {
  groupFacts,
  groupText,
  rejectedText,
  suspectsOf,
  suspectsText,
  unreadableText,
  withoutTargetText,
} from "../text/table-text.ts";
import { textTable } from "../text/text-table.ts";
import { trivialLines } from "../text/trivial-lines.ts";
import { type CommonOptions, names, wholeNumber } from "./options.ts";
import { type ReadingFlags, readingOf, withReadingOptions } from "./reading-options.ts";
import { createReporter } from "./terminal/reporter.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";

interface TrainOptions extends CommonOptions, ReadingFlags {
  readonly data: string;
  readonly target: string;
  readonly positive?: string;
  readonly group?: string;
  readonly task: string;
  readonly models?: readonly string[];
  readonly cv?: number;
  readonly test?: string;
  readonly seed: number;
  readonly out?: string;
}

/** "german_credit" of "data/german_credit.csv.gz". */
function stem(path: string): string {
  return basename(path).split(".")[0] || "model";
}

/** The rows of a file that have no part in the training or the measuring. */
function aside({ rejected, withoutTarget }: Omit<TestTable, "table">): object {
  return { rejected: rejected.map(({ line, reason }) => ({ line, reason })), withoutTarget };
}

function sayTestAside(terminal: Terminal, { rejected, withoutTarget }: TestTable): void {
  for (const line of [...rejectedText(rejected), ...withoutTargetText(withoutTarget)])
    terminal.say(`test table: ${line}`);
}

function sayTable(terminal: Terminal, { table, schema, rejected }: PreparedTable): void {
  const classes = schema.target?.classes;
  const what =
    classes === undefined
      ? "a number"
      : `${classes.length} classes (${classes.slice(0, 6).join(", ")}${classes.length > 6 ? ", …" : ""})`;
  terminal.say(
    `${plural(table.rowCount, "row")}, ${plural(schema.features.length, "feature")}; target ${schema.target?.name}: ${what}`,
  );
  for (const { name, reason } of schema.leftOut) terminal.say(`left out: ${name}, ${reason}`);
  for (const line of [...rejectedText(rejected), ...withoutTargetText(schema.target?.missing ?? 0)]) terminal.say(line);
  if (schema.group !== undefined) terminal.say(groupText(groupFacts(table, schema.group)));
  for (const line of unreadableText(table.unreadable)) terminal.say(line);
  for (const note of table.notes) terminal.say(note);
}

function sayResult(terminal: Terminal, learnt: Learnt, folds: number | undefined): void {
  const { model, models, testRows, learntRows, evaluation, cv, bundle } = learnt;
  terminal.say();
  for (const note of learnt.notes) terminal.say(note);
  terminal.say(
    `kept ${model}, ${models.length > 1 ? "best on rows held out of the training" : "the one candidate"}; learnt from ${formatCount(learntRows)} rows`,
  );
  terminal.say(`on ${formatCount(testRows)} test rows, with 95 % intervals:`);
  const overlap = overlapText(learnt.overlap);
  if (overlap !== undefined) terminal.say(`warning: ${overlap}`);
  const beside = Object.fromEntries(models.map((one) => [one.model, one.metrics]));
  for (const line of [...metricsText(beside, evaluation.trivial), ...absentText(evaluation.absent)])
    terminal.say(`  ${line}`);
  for (const line of trivialLines(model, evaluation.trivial)) terminal.say(line);
  const { confusion } = evaluation;
  if (confusion !== null && confusion.labels.length <= 10)
    for (const line of confusionText(confusion.labels, confusion.counts)) terminal.say(`  ${line}`);
  if (cv !== undefined) {
    terminal.say(`${folds}-fold cross-validation, mean and standard deviation between folds:`);
    const titles = new Map(learnt.task.metrics.map((metric) => [metric.name, metric.title]));
    const rows = Object.entries(cv).map(([name, { value, sd }]) => [
      titles.get(name) ?? name,
      formatFigure(value),
      `± ${formatFigure(sd)}`,
    ]);
    for (const line of textTable([["", "mean", "sd"], ...rows])) terminal.say(`  ${line}`);
  }
  terminal.say(`bundle ${bundle}`);
}

async function run(options: TrainOptions): Promise<void> {
  const { data, target, positive, group, task, models, cv, test, seed } = options;
  const terminal = createTerminal(options.json === true);
  const reporter = createReporter(terminal);
  try {
    const out = resolve(options.out ?? `${stem(data)}.bundle`);
    await checkOut(out);
    const reading = readingOf(options);
    const family = task === "auto" ? undefined : taskFamily(task);
    const prepared = await prepareTable(data, { target, positive, group, family, reading });
    sayTable(terminal, prepared);
    const { table, schema } = prepared;
    const doubt = doubtfulClasses(schema, table);
    if (doubt !== undefined) terminal.say(`warning: ${doubt}`);
    const alike = alikeClasses(schema);
    if (alike !== undefined) terminal.say(`warning: ${alike}`);
    const suspects = suspectsOf({
      suspects: [...suspectsIn(table, schema), ...prepared.groupSuspects],
    });
    terminal.say(suspectsText(suspects));
    const tested = test === undefined ? undefined : await readTestTable(test, prepared, reading);
    if (tested !== undefined) sayTestAside(terminal, tested);
    const learnt = await learn({
      table,
      schema,
      family,
      models,
      test: tested?.table,
      folds: cv,
      seed,
      name: stem(data),
      out,
      report: reporter.report,
    });
    reporter.stop();
    if (!terminal.json) sayResult(terminal, learnt, cv);
    terminal.result({
      task: learnt.task.name,
      bundle: learnt.bundle,
      metrics: learnt.evaluation.metrics,
      absent: learnt.evaluation.absent,
      ...(learnt.cv === undefined ? {} : { cv: learnt.cv }),
      model: learnt.model,
      leftOut: schema.leftOut,
      unreadable: table.unreadable,
      notes: [...table.notes, ...learnt.notes],
      suspects,
      trivial: learnt.evaluation.trivial,
      overlap: learnt.overlap,
      warnings: [
        ...(doubt === undefined ? [] : [doubt]),
        ...(alike === undefined ? [] : [alike]),
        ...[overlapText(learnt.overlap)].filter((text) => text !== undefined),
        ...(learnt.evaluation.trivial.beaten ? [] : trivialLines(learnt.model, learnt.evaluation.trivial)),
      ],
      ...aside({ rejected: prepared.rejected, withoutTarget: schema.target?.missing ?? 0 }),
      ...(tested === undefined ? {} : { test: { rows: tested.table.rowCount, ...aside(tested) } }),
    });
  } finally {
    reporter.stop();
  }
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("Train on a table and write a bundle.")
    .requiredOption("--data <FILE>", "the table: .csv, .tsv, .ndjson (each also .gz) or .parquet")
    .requiredOption("--target <COLUMN>", "the column to predict")
    .option("--positive <VALUE>", "the class that probabilities speak of (two classes)")
    .option("--group <COLUMN>", "rows with the same value belong together (one person, many rows); it is no feature")
    .addOption(
      new Option("--task <TASK>", "what the target is")
        .choices(["auto", ...taskFamilies().map(({ name }) => name)])
        .default("auto"),
    )
    .option("--models <NAMES>", "the models to train, by comma (default: the candidates of the task)", names)
    .option("--cv <K>", "also cross-validate with K folds, stratified and shuffled", wholeNumber(2, 100))
    .option("--test <FILE>", "measure on this table (default: a fifth of the data, held out)")
    .option("--seed <N>", "seed of the split and the training", wholeNumber(0), 42)
    .option("--out <DIR>", "where the bundle goes (default: <name of the data>.bundle)")
    .action(run)
    .addHelpText(
      "after",
      "\nTrains the candidates of the task, or the models that you name, keeps the best on rows held out of the training, and measures it on rows that\nnone has seen. A column that only counts the rows is left out, and said. How values are written\nis found out from all of them, said, and kept with the model; the options are for what the values do not tell.",
    );
  return withReadingOptions(command, { types: true });
}
