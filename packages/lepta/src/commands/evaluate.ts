// `lepta evaluate`: a bundle's metrics on a table.
import { columnOf, groupsOf, type Table, withTarget } from "@lepta/data";
import {
  type Constant,
  evaluationOf,
  findTask,
  kindOf,
  type Manifest,
  type Outcomes,
  openScorer,
  overlapText,
  type Predictions,
  readBundle,
  trainedOverlap,
} from "@lepta/ml";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { readForModel, unreadableFor } from "../learning/score-file.ts";
import { absentText, confusionText, metricsText } from "../text/metrics-text.ts";
import { formatCount } from "../text/numbers.ts";
import { rejectedText, unreadableText, withoutTargetText } from "../text/table-text.ts";
import { trivialLines } from "../text/trivial-lines.ts";
import { type CommonOptions, wholeNumber } from "./options.ts";
import { type ReadingFlags, readingOf, unreadableOption, withReadingOptions } from "./reading-options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface EvaluateOptions extends CommonOptions, ReadingFlags {
  readonly unreadable: "reject" | "missing";
  readonly data: string;
  readonly group?: string;
  readonly seed: number;
}

/** The outcomes beside the true labels. Throws `usage-invalid` for a model that says nothing of its target alone. */
function measurable(
  table: Table,
  { target, task, outcome, constant }: Manifest,
  outcomes: Outcomes,
): { predictions: Predictions; constant: Constant } {
  const kind = kindOf(outcome);
  if (constant !== null)
    return { predictions: kind.pair(outcome, kind.outputs(outcomes), kind.labels(table, target)), constant };
  throw new CliError(
    "usage-invalid",
    `The model learnt "${task}", which is not measured on a table of this form.`,
    "Score the file with lepta predict, and compare its columns.",
  );
}

async function run(path: string, options: EvaluateOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const bundle = await readBundle(path);
  const { manifest } = bundle;
  const reading = readingOf(options);
  const read = await readForModel(options.data, manifest, {
    withTarget: true,
    unreadable: options.unreadable,
    ...(reading === undefined ? {} : { reading }),
  });
  const { table } = withTarget(read, manifest.target);
  const known = table.columns.some(({ name }) => name === manifest.group);
  const group = options.group ?? (known ? manifest.group : undefined);
  if (manifest.group !== undefined && group === undefined)
    terminal.say(`no column ${manifest.group}: the intervals take every row as a case of its own`);
  if (group !== undefined) columnOf(table, group);
  const groups = group === undefined ? undefined : groupsOf(table, group).groupOf;
  const scorer = await openScorer(bundle);
  try {
    const { predictions, constant } = measurable(table, manifest, await scorer.scoreTable(table));
    const { metrics, absent, confusion, trivial } = evaluationOf(predictions, {
      metrics: findTask(manifest.task)?.metrics,
      seed: options.seed,
      constant,
      groups,
    });
    terminal.say(
      `${manifest.name} (${manifest.model}) on ${formatCount(table.rowCount)} rows of ${options.data}, with 95 % intervals${group === undefined ? "" : ` over draws of ${group}`}:`,
    );
    const overlap = await trainedOverlap(bundle, table, groups);
    const warning =
      overlap === undefined
        ? "whether these rows were learnt from cannot be told: the bundle came without its rows.bloom"
        : overlapText(overlap);
    if (warning !== undefined) terminal.say(`warning: ${warning}`);
    for (const line of [...metricsText({ [manifest.model]: metrics }, trivial), ...absentText(absent)])
      terminal.say(`  ${line}`);
    for (const line of trivialLines(manifest.model, trivial)) terminal.say(line);
    if (confusion !== null && confusion.labels.length <= 10)
      for (const line of confusionText(confusion.labels, confusion.counts)) terminal.say(`  ${line}`);
    const withoutTarget = read.rowCount - table.rowCount;
    const unreadable = unreadableFor(read, manifest);
    for (const line of [
      ...rejectedText(read.rejected),
      ...withoutTargetText(withoutTarget),
      ...unreadableText(unreadable),
    ])
      terminal.say(line);
    const rejected = read.rejected.map(({ line, reason }) => ({ line, reason }));
    const { task } = manifest;
    terminal.result({
      task,
      bundle: bundle.dir,
      rows: table.rowCount,
      metrics,
      absent,
      trivial,
      overlap: overlap ?? null,
      warnings: warning === undefined ? [] : [warning],
      confusion,
      rejected,
      unreadable,
      withoutTarget,
    });
  } finally {
    await scorer.close();
  }
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("Measure a bundle on a table with the target: metrics with 95 % intervals.")
    .argument("<bundle>", "the bundle's folder")
    .requiredOption("--data <FILE>", "the table, with the model's columns and the target")
    .option("--group <COLUMN>", "rows with the same value were drawn together (default: the group of the training)")
    .option("--seed <N>", "seed of what is simulated for the calibration error's interval", wholeNumber(0), 42)
    .addOption(unreadableOption())
    .action(run);
  return withReadingOptions(command, { types: false });
}
