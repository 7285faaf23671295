// The command line: verbs, options, help; every failure becomes one error and a non-zero exit.
import { Command, CommanderError } from "commander";
import { CliError } from "../errors.ts";
import { leptaVersion } from "../store/code-version.ts";
import { errorReport, errorText } from "./terminal/error-text.ts";
import { outliveReaders, write } from "./terminal/output-end.ts";

interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Only the verb that is called is loaded: each stands on other heavy parts. */
  readonly load: () => Promise<Command>;
}

/** In the order in which they are used. */
const verbs: readonly Verb[] = [
  {
    name: "init",
    summary: "write a product file from a table",
    load: async () => (await import("./init.ts")).initCommand(),
  },
  {
    name: "train",
    summary: "train on a table and write a bundle",
    load: async () => (await import("./train.ts")).trainCommand(),
  },
  {
    name: "evaluate",
    summary: "measure a bundle on a table",
    load: async () => (await import("./evaluate.ts")).evaluateCommand(),
  },
  {
    name: "predict",
    summary: "score a table with a bundle, file to file",
    load: async () => (await import("./predict.ts")).predictCommand(),
  },
  {
    name: "ship",
    summary: "run every stage of a product, deploy it, serve it",
    load: async () => (await import("./ship.ts")).shipCommand(),
  },
  {
    name: "serve",
    summary: "serve the API and the console of the store",
    load: async () => (await import("./serve.ts")).serveCommand(),
  },
  {
    name: "deploy",
    summary: "put a bundle or a version into service, or show what is",
    load: async () => (await import("./deploy.ts")).deployCommand(),
  },
  {
    name: "promote",
    summary: "make the challenger champion",
    load: async () => (await import("./promote.ts")).promoteCommand(),
  },
  {
    name: "rollback",
    summary: "go back to the deployment before",
    load: async () => (await import("./rollback.ts")).rollbackCommand(),
  },
  {
    name: "keys",
    summary: "list, make and revoke API keys",
    load: async () => (await import("./keys.ts")).keysCommand(),
  },
  {
    name: "usage",
    summary: "what was used",
    load: async () => (await import("./usage.ts")).usageCommand(),
  },
  {
    name: "invoice",
    summary: "what is owed",
    load: async () => (await import("./invoice.ts")).invoiceCommand(),
  },
];

async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("lepta")
    .description("Train, ship and run AI products in TypeScript.")
    .version(leptaVersion(), "-v, --version", "print the release")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [verb]", "show help for a verb")
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      "after",
      "\nBegin with: lepta init FILE, then lepta ship product.ts.\nThe store is .lepta in the working directory; LEPTA_HOME names another, DATABASE_URL a PostgreSQL. LEPTA_URL and\nLEPTA_API_KEY name a server to ask in its place.",
    );
  const called = args[0] === "help" ? args[1] : args[0];
  for (const { name, summary, load } of verbs) {
    const command = called === name ? await load() : new Command(name);
    program.addCommand(
      command
        .summary(summary)
        .option("--json", "print the result as JSON, alone on stdout; progress goes to stderr")
        .option("--debug", "show the stack of an error")
        .configureOutput({ outputError: () => {} }),
    );
  }
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

/** Commander's own complaints, in the form of ours. */
function asCliError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [message = "", hint] = error.message.replace(/^error: /, "").split("\n");
  const near = hint?.match(/Did you mean (?:one of )?(.*)\?/)?.[1];
  return new CliError(
    "usage-invalid",
    message.endsWith(".") ? message : `${message}.`,
    near === undefined ? "See lepta --help, or lepta VERB --help." : `Did you mean ${near}? See also lepta --help.`,
  );
}

/** Runs one command line. Sets the exit code: 0 done, 1 failed, 2 the command line itself is wrong. */
export async function main(args: readonly string[]): Promise<void> {
  const fail = (thrown: unknown): void => {
    const error = asCliError(thrown);
    const report = errorReport(error);
    write(process.stderr, `${errorText(error, args.includes("--debug"))}\n`);
    if (args.includes("--json")) write(process.stdout, `${JSON.stringify({ error: report }, null, 2)}\n`);
    process.exitCode = report.code === "usage-invalid" ? 2 : 1;
  };
  outliveReaders((error) =>
    fail(
      new CliError(
        "output-unwritable",
        `What the command says cannot be written: ${error.message}.`,
        "Look at where the output is redirected to. The command's own files are not touched by this.",
        { cause: error },
      ),
    ),
  );
  try {
    const program = await createProgram(args);
    if (args.length === 0) program.help();
    await program.parseAsync(args, { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError && (thrown.exitCode === 0 || thrown.code === "commander.help")) return;
    fail(thrown);
  }
}
