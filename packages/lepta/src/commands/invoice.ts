// `lepta invoice`: makes, or brings up to date, a month's invoice and prints it.
import { Command } from "commander";
import { CliError } from "../errors.ts";
import { withClient } from "../store/ask.ts";
import { homeDirectory } from "../store/home.ts";
import { invoiceText } from "../text/invoice-text.ts";
import { type CommonOptions, serverOption } from "./options.ts";
import { createTerminal } from "./terminal/terminal.ts";

interface InvoiceOptions extends CommonOptions {
  readonly server?: string;
  readonly period?: string;
  readonly currency?: string;
}

async function invoice({ json, period, currency, server }: InvoiceOptions): Promise<void> {
  if (period !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) {
    throw new CliError(
      "usage-invalid",
      `--period ${period} is not a month.`,
      "Write it as YYYY-MM, for example 2026-01.",
    );
  }
  const terminal = createTerminal(json === true);
  const made = await withClient(homeDirectory(), (client) => client.createInvoice({ period, currency }), server);
  if (!terminal.json) for (const line of invoiceText(made)) terminal.say(line);
  terminal.result(made);
}

export function invoiceCommand(): Command {
  return new Command("invoice")
    .description("Make, or bring up to date, a month's invoice and print it.")
    .option("--period <YYYY-MM>", "the calendar month in UTC (default: this month)")
    .option("--currency <CODE>", "which currency, where the month has usage in several")
    .addOption(serverOption())
    .action(invoice)
    .addHelpText(
      "after",
      "\nA month that is not over is a draft and is brought up to date at each call.\nAsks the running server of the store when there is one, else opens the store.",
    );
}
