// `lepta ship`: every stage of a product that its inputs ask for, then the server stays up.
import { Command } from "commander";
import { type ShipResult, ship } from "../pipeline/ship.ts";
import { productStages } from "../pipeline/stages/index.ts";
import { type AccessFlags, accessOf, withAccessOptions } from "./access-options.ts";
import { aborted, listenForEnd } from "./end-signals.ts";
import { type CommonOptions, port } from "./options.ts";
import { createReporter } from "./terminal/reporter.ts";
import { bold, createTerminal, type Terminal } from "./terminal/terminal.ts";

interface ShipCommandOptions extends CommonOptions, AccessFlags {
  readonly once?: true;
  readonly server?: string;
  readonly port?: number;
  readonly host: string;
}

function say(terminal: Terminal, result: ShipResult): void {
  terminal.say();
  terminal.say(bold(terminal, `${result.product}: ${result.stages.length} stages in ${result.seconds.toFixed(1)} s`));
  for (const line of result.summary) terminal.say(line);
}

async function run(path: string, options: ShipCommandOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const reporter = createReporter(terminal);
  const end = listenForEnd();
  let shipped: Awaited<ReturnType<typeof ship>>;
  try {
    shipped = await ship(path, {
      host: options.host,
      ...(options.server === undefined ? {} : { server: options.server }),
      logLevel: options.debug ? "debug" : "error",
      ...(options.port === undefined ? {} : { port: options.port }),
      access: accessOf(options),
      onEvent: reporter.report,
      signal: end.signal,
    });
  } catch (error) {
    if (!end.signal.aborted) throw error;
    reporter.stop();
    terminal.say("interrupted; the next lepta ship goes on from the last finished stage");
    process.exitCode = 130;
    return;
  } finally {
    reporter.stop();
  }
  const { result, served } = shipped;
  say(terminal, result);
  terminal.result(result);
  if (served.elsewhere) {
    terminal.say();
    terminal.say(`deployed to ${served.url}`);
    return;
  }
  // Nobody is there to be told where the server is.
  if (options.once || terminal.unread()) {
    await served.close();
    return;
  }
  terminal.say();
  terminal.say(`API      ${served.url}`);
  terminal.say(`console  ${served.consoleUrl ?? "not built: npm run build -w @lepta/console"}`);
  terminal.say("Ctrl-C ends it.");
  await aborted(end.signal);
  await served.close();
}

/** One a stage: its name, what it does. */
function stageLines(): string[] {
  const width = Math.max(...productStages.stages.map(({ name }) => name.length));
  return productStages.stages.map(({ name, help }) => `  ${name.padEnd(width)}  ${help.does.replaceAll("`", "")}`);
}

export function shipCommand(): Command {
  const command = new Command("ship")
    .description("Run every stage of a product that its inputs ask for, deploy it, and stay up as its server.")
    .argument("<product>", "the product file, for example product.ts")
    .option("--server <URL>", "deploy to this server (default: LEPTA_URL, else the store's own, which is started)")
    .option("--once", "end after the summary")
    .option(
      "--port <N>",
      "port to listen on; 0 takes a free one (default: 7080, or a free one when that is taken)",
      port,
    )
    .option("--host <ADDRESS>", "address to listen on", "127.0.0.1");
  return withAccessOptions(command)
    .action(run)
    .addHelpText("after", `\nStages:\n${stageLines().join("\n")}\nA stage whose inputs did not change is reused.`);
}
