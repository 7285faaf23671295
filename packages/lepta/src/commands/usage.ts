// `lepta usage`: what was used, by product, model version and day.
import { parseTime } from "@lepta/data";
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { usageText } from "../text/invoice-text.ts";
import { type CommonOptions, serverOption } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface UsageOptions extends CommonOptions {
  readonly server?: string;
  readonly product?: string;
  readonly from?: string;
  readonly to?: string;
}

/** A day or an instant as ISO 8601 in UTC. */
function instant(text: string | undefined, option: string): string | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (Number.isNaN(time)) {
    throw new CliError("usage-invalid", `${option} ${text} is not a day or an instant.`, "Write 2026-01-31 (UTC).");
  }
  return new Date(time).toISOString();
}

async function usage(options: UsageOptions): Promise<void> {
  const terminal = createTerminal(options.json === true);
  const query = {
    product: options.product,
    from: instant(options.from, "--from"),
    to: instant(options.to, "--to"),
  };
  if (query.from !== undefined && query.to !== undefined && query.from >= query.to)
    throw new CliError(
      "usage-invalid",
      `--from ${options.from} is not before --to ${options.to}.`,
      "Give a first day that lies before the last instant, which itself is not counted.",
    );
  const summary = await withClient(homeDirectory(), (client) => client.usage(query), options.server);
  if (!terminal.json) for (const line of usageText(summary)) terminal.say(line);
  terminal.result(summary);
}

export function usageCommand(): Command {
  return new Command("usage")
    .description("Show what was used: predictions by product and model version.")
    .option("--product <NAME>", "of one product")
    .option("--from <DAY>", "first day, inclusive (default: start of this month, UTC)")
    .option("--to <DAY>", "last instant, exclusive (default: now)")
    .addOption(serverOption())
    .action(usage)
    .addHelpText("after", "\nAsks the running server of the store when there is one, else opens the store.");
}
