// The command line: verbs, options, help; every failure becomes one error and a non-zero exit.
import { Command, CommanderError } from "commander";
import { CliError } from "../errors.ts";
import { leptaVersion } from "../pipeline/code-version.ts";
import { evaluateCommand } from "./evaluate.ts";
import { invoiceCommand } from "./invoice.ts";
import { predictCommand } from "./predict.ts";
import { serveCommand } from "./serve.ts";
import { shipCommand } from "./ship.ts";
import { errorReport, errorText } from "./terminal/error-text.ts";
import { trainCommand } from "./train.ts";
import { usageCommand } from "./usage.ts";

function createProgram(): Command {
  const program = new Command("lepta")
    .description("Train, ship and run AI products in TypeScript.")
    .version(leptaVersion(), "-v, --version", "print the release")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [verb]", "show help for a verb")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      "after",
      "\nThe store is .lepta in the working directory; LEPTA_HOME names another, DATABASE_URL a PostgreSQL.",
    );
  const verbs = [
    shipCommand(),
    serveCommand(),
    trainCommand(),
    evaluateCommand(),
    predictCommand(),
    usageCommand(),
    invoiceCommand(),
  ];
  for (const verb of verbs) {
    program.addCommand(
      verb
        .option("--json", "print the result as JSON, alone on stdout; progress goes to stderr")
        .option("--debug", "show the stack of an error")
        .configureOutput({ outputError: () => {} })
        .showSuggestionAfterError(),
    );
  }
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

/** Commander's own complaints, in the form of ours. */
function asCliError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const message = error.message.replace(/^error: /, "").split("\n");
  const hint = message[1]?.match(/Did you mean (.*)\?/)?.[1];
  return new CliError(
    "usage-invalid",
    `${message[0]}.`.replace(/\.\.$/, "."),
    hint === undefined ? "See lepta --help, or lepta VERB --help." : `Did you mean ${hint}? See also lepta --help.`,
  );
}

/** Runs one command line. Sets the exit code: 0 done, 1 failed, 2 the command line itself is wrong. */
export async function main(args: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    if (args.length === 0) program.help();
    await program.parseAsync(args, { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return;
    if (thrown instanceof CommanderError && thrown.code === "commander.help") return;
    const error = asCliError(thrown);
    const report = errorReport(error);
    process.stderr.write(`${errorText(error, args.includes("--debug"))}\n`);
    if (args.includes("--json")) process.stdout.write(`${JSON.stringify({ error: report }, null, 2)}\n`);
    process.exitCode = report.code === "usage-invalid" ? 2 : 1;
  }
}
